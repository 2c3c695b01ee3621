package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RecentRateTest {

  private static final Instant START = Instant.parse("2026-11-21T18:00:00Z");
  private final RecentRate rate = new RecentRate();

  @Test
  void forgetsWhatWasDoneMoreThanTenSecondsAgo() {
    assertThat(rate.perSecond(START)).isEmpty();
    for (int second = 1; second <= 20; second++) {
      rate.add(1000);
      assertThat(rate.perSecond(START.plusSeconds(second))).hasValue(1000);
    }
    for (int second = 21; second <= 40; second++) {
      rate.add(200);
      rate.perSecond(START.plusSeconds(second));
    }
    assertThat(rate.perSecond(START.plusSeconds(41)).getAsLong()).isBetween(150L, 200L);
  }

  @Test
  void nothingLatelyIsNoRate() {
    rate.perSecond(START);
    rate.add(1000);
    assertThat(rate.perSecond(START.plusMillis(999))).as("too early to say").isEmpty();
    assertThat(rate.perSecond(START.plusSeconds(2))).hasValue(500);
    for (int second = 3; second < 15; second++) {
      rate.perSecond(START.plusSeconds(second));
    }
    assertThat(rate.perSecond(START.plusSeconds(15))).isEmpty();
  }
}
