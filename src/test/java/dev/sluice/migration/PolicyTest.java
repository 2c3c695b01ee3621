package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.VerifyPolicy.Differences;
import dev.sluice.migration.VerifyPolicy.Sample;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PolicyTest {

  private static final Duration TARGET = Duration.ofMillis(200);
  private static final Duration BACKOFF = Duration.ofSeconds(1);

  @Test
  void defaultsAreThese() {
    assertThat(ChunkPolicy.DEFAULT).isEqualTo(new ChunkPolicy(1000, TARGET));
    assertThat(RetryPolicy.DEFAULT).isEqualTo(new RetryPolicy(5, BACKOFF));
    assertThat(Tuning.DEFAULT)
        .isEqualTo(
            new Tuning(ChunkPolicy.DEFAULT, 2, RetryPolicy.DEFAULT, 0, ThrottlePolicy.DEFAULT));
    assertThat(VerifyPolicy.DEFAULT)
        .isEqualTo(new VerifyPolicy(new Sample.All(), Differences.FAIL));
  }

  @Test
  void acceptsBothEdges() {
    assertThatCode(
            () -> {
              new ChunkPolicy(100, Duration.ofMillis(10));
              new ChunkPolicy(1000, Duration.ofMillis(800));
              new RetryPolicy(1, Duration.ofMillis(10));
              new RetryPolicy(100, Duration.ofMinutes(5));
              Tuning.DEFAULT
                  .withWorkers(1)
                  .withWorkers(32)
                  .withChunkRows(100)
                  .withSkip(0)
                  .withSkip(100_000);
              new Sample.Rows(1);
              new Sample.Rows(1_000_000_000);
            })
        .doesNotThrowAnyException();
  }

  @Test
  void refusesChunksBeyondTheEdges() {
    assertThatThrownBy(() -> new ChunkPolicy(99, TARGET))
        .hasMessage("chunk.rows must be 100 to 1000, got 99");
    assertThatThrownBy(() -> new ChunkPolicy(1001, TARGET))
        .hasMessage("chunk.rows must be 100 to 1000, got 1001");
    assertThatThrownBy(() -> new ChunkPolicy(100, Duration.ofMillis(9)))
        .hasMessage("chunk.target-time must be 10 ms to 800 ms, got 9 ms");
    assertThatThrownBy(() -> new ChunkPolicy(100, Duration.ofMillis(801)))
        .hasMessage("chunk.target-time must be 10 ms to 800 ms, got 801 ms");
  }

  @Test
  void refusesRetriesBeyondTheEdges() {
    assertThatThrownBy(() -> new RetryPolicy(0, BACKOFF))
        .hasMessage("retry.attempts must be 1 to 100, got 0");
    assertThatThrownBy(() -> new RetryPolicy(101, BACKOFF))
        .hasMessage("retry.attempts must be 1 to 100, got 101");
    assertThatThrownBy(() -> new RetryPolicy(5, Duration.ofMillis(9)))
        .hasMessage("retry.backoff must be 10 ms to 5 min, got 9 ms");
    assertThatThrownBy(() -> new RetryPolicy(5, Duration.ofMillis(300_001)))
        .hasMessage("retry.backoff must be 10 ms to 5 min, got 300001 ms");
  }

  @Test
  void refusesWorkersAndSamplesBeyondTheEdges() {
    assertThatThrownBy(() -> Tuning.DEFAULT.withWorkers(0))
        .hasMessage("workers must be 1 to 32, got 0");
    assertThatThrownBy(() -> Tuning.DEFAULT.withWorkers(33))
        .hasMessage("workers must be 1 to 32, got 33");
    assertThatThrownBy(() -> Tuning.DEFAULT.withSkip(-1))
        .hasMessage("skip must be 0 to 100000, got -1");
    assertThatThrownBy(() -> Tuning.DEFAULT.withSkip(100_001))
        .hasMessage("skip must be 0 to 100000, got 100001");
    assertThatThrownBy(() -> new Sample.Rows(0))
        .hasMessage("verify.sample must be all or 1 to 1000000000, got 0");
  }
}
