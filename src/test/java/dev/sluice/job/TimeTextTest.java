package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimeTextTest {

  @Test
  void theTwoLargestUnitsAreShown() {
    assertThat(TimeText.of(Duration.ofMillis(850))).isEqualTo("850 ms");
    assertThat(TimeText.of(Duration.ofMillis(12_999))).isEqualTo("12 s");
    assertThat(TimeText.of(Duration.ofSeconds(184))).isEqualTo("3 min 4 s");
    assertThat(TimeText.of(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
    assertThat(TimeText.of(Duration.ofDays(7))).isEqualTo("7 d");
    assertThat(TimeText.of(Duration.ofHours(25))).isEqualTo("1 d 1 h");
  }

  @Test
  void aMomentIsNeverToldTooEarly() {
    assertThat(TimeText.notBefore(Instant.parse("2026-11-28T03:54:00Z")))
        .isEqualTo("2026-11-28 03:54 UTC");
    assertThat(TimeText.notBefore(Instant.parse("2026-11-28T03:54:00.000001Z")))
        .isEqualTo("2026-11-28 03:55 UTC");
  }
}
