package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StalledRoundsTest {

  private final StalledRounds stalled = new StalledRounds();

  @Test
  void progressWaitsForNothing() {
    assertThat(waits(10, 9, 1)).containsOnly(0L);
  }

  @Test
  void roundsWithoutProgressWaitLongerAndLongerUpToFiveSeconds() {
    assertThat(waits(10, 10, 11, 11, 11, 11, 11, 11, 11, 11))
        .containsExactly(0L, 100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L, 5000L);
  }

  @Test
  void progressStartsTheWaitsAnew() {
    assertThat(waits(10, 10, 10, 9, 9)).containsExactly(0L, 100L, 200L, 0L, 100L);
  }

  private List<Long> waits(long... rows) {
    List<Long> waits = new ArrayList<>();
    for (long left : rows) {
      waits.add(stalled.waitBefore(left).toMillis());
    }
    assertThat(waits).allMatch(wait -> wait <= Duration.ofSeconds(5).toMillis());
    return waits;
  }
}
