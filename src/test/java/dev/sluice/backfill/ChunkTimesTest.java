package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChunkTimesTest {

  @Test
  void endsAHundredMillisecondsBeforeAWaiterLooksForADeadlock() {
    assertThat(ChunkTimes.within(Duration.ofSeconds(1)))
        .isEqualTo(new ChunkTimes(Duration.ofMillis(900), Duration.ofMillis(800)));
  }

  @Test
  void leavesHalfOfAShortTimeToStatements() {
    assertThat(ChunkTimes.within(Duration.ofMillis(200)))
        .isEqualTo(new ChunkTimes(Duration.ofMillis(100), Duration.ofMillis(50)));
  }

  @Test
  void refusesATimeThatIsTooShortForAnyWork() {
    assertThatThrownBy(() -> ChunkTimes.within(Duration.ofMillis(199)))
        .hasMessage(
            "deadlock_timeout is 199 ms on this server, at least 200 ms are needed. Raise it.");
  }
}
