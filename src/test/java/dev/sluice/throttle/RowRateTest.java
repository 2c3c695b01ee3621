package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RowRateTest {

  private final RowRate rate = new RowRate();
  private long now;

  /** Rows of chunks that a worker who asks each millisecond gets done, each in no time. */
  private int rowsIn(Duration time, int perSecond, int chunk) {
    int done = 0;
    for (long end = now + time.toNanos(); now < end; now += Duration.ofMillis(1).toNanos()) {
      if (rate.pace(perSecond, chunk, now).isEmpty()) {
        rate.did(chunk);
        done += chunk;
      }
    }
    return done;
  }

  @Test
  void keepsToTheRateOverAnyLongTime() {
    assertThat(rowsIn(Duration.ofSeconds(60), 1000, 100)).isBetween(59_000, 60_300);
    assertThat(rowsIn(Duration.ofSeconds(60), 50, 1000)).isBetween(2_000, 4_000);
  }

  @Test
  void whoHasWaitedForSomethingElseMaySaveUpTwoChunksOnly() {
    rowsIn(Duration.ofSeconds(1), 10_000, 100);
    now += Duration.ofHours(1).toNanos();
    assertThat(rowsIn(Duration.ofSeconds(1), 10_000, 100)).isBetween(9_900, 10_300);
  }

  @Test
  void aNewRateHoldsAtOnceForWhatIsOwed() {
    rate.pace(10, 1000, now);
    rate.did(1000);
    Pace.Wait slow = rate.pace(10, 1000, now).orElseThrow();
    assertThat(slow.reason()).isEqualTo("10 rows a second at most");
    assertThat(slow.atMost()).isBetween(Duration.ofSeconds(99), Duration.ofSeconds(101));
    assertThat(rate.pace(10_000, 1000, now).orElseThrow().atMost())
        .isBetween(Duration.ofMillis(99), Duration.ofMillis(102));
    assertThat(rate.pace(0, 1000, now)).as("off").isEmpty();
    assertThat(rate.pace(10, 1000, now)).as("on again, nothing is owed").isEmpty();
  }

  @Test
  void workersWhoWaitDoNotAllBeginAtOnce() {
    rate.pace(1000, 100, now);
    rate.did(100);
    now += Duration.ofMillis(100).toNanos();
    assertThat(rate.pace(1000, 100, now)).as("its chunk takes what it needs").isEmpty();
    assertThat(ofAnotherWorker(1000, 100)).isPresent();
  }

  private Optional<Pace.Wait> ofAnotherWorker(int perSecond, int chunk) {
    return CompletableFuture.supplyAsync(
            () -> rate.pace(perSecond, chunk, now), task -> new Thread(task).start())
        .join();
  }

  @Test
  void norDoTheyAtTheFirstChunk() {
    assertThat(rate.pace(1000, 1000, now)).isEmpty();
    now += Duration.ofMillis(10).toNanos();
    assertThat(ofAnotherWorker(1000, 1000)).isPresent();
  }

  @Test
  void norBehindAChunkWithoutRows() {
    rate.pace(1000, 1000, now);
    rate.did(1000);
    now += Duration.ofSeconds(1).toNanos();
    assertThat(rate.pace(1000, 1000, now)).isEmpty();
    rate.did(0);
    assertThat(rate.pace(1000, 1000, now)).isEmpty();
    now += Duration.ofMillis(10).toNanos();
    assertThat(ofAnotherWorker(1000, 1000)).as("the first may need a full chunk").isPresent();
  }

  @Test
  void afterManyChunksWithFewRowsWorkersNeedNotWaitForEachOther() {
    for (int chunk = 0; chunk < 30; chunk++) {
      rate.pace(1000, 1000, now);
      rate.did(1);
      now += Duration.ofMillis(10).toNanos();
    }
    assertThat(rate.pace(1000, 1000, now)).isEmpty();
    assertThat(ofAnotherWorker(1000, 1000)).isEmpty();
  }

  @Test
  void aChunkThatWasRolledBackIsNotCounted() {
    rate.pace(1000, 100, now);
    rate.did(100);
    now += Duration.ofMillis(100).toNanos();
    assertThat(rate.pace(1000, 100, now)).isEmpty();
    assertThat(rate.pace(1000, 100, now)).as("the same worker once more").isEmpty();
  }
}
