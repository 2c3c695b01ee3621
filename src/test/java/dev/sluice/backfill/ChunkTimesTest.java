package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChunkTimesTest {

  private static final Duration TARGET = Duration.ofMillis(200);

  @Test
  void endsAHundredMillisecondsBeforeAWaiterLooksForADeadlock() {
    assertThat(ChunkTimes.within(Duration.ofSeconds(1), TARGET))
        .isEqualTo(
            new ChunkTimes(Duration.ofMillis(900), Duration.ofMillis(800), Duration.ofSeconds(2)));
  }

  @Test
  void leavesHalfOfAShortTimeToStatements() {
    assertThat(ChunkTimes.within(Duration.ofMillis(200), TARGET))
        .isEqualTo(
            new ChunkTimes(Duration.ofMillis(100), Duration.ofMillis(50), Duration.ofSeconds(2)));
  }

  @Test
  void looksForAPageTenSecondsAtMost() {
    assertThat(ChunkTimes.within(Duration.ofSeconds(1), Duration.ofSeconds(3)).looking())
        .isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void refusesATimeThatIsTooShortForAnyWork() {
    assertThatThrownBy(() -> ChunkTimes.within(Duration.ofMillis(199), TARGET))
        .hasMessage(
            "deadlock_timeout is 199 ms on this server, at least 200 ms are needed. Raise it.");
  }
}
