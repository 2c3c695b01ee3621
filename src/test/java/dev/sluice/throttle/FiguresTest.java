package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FiguresTest {

  @Test
  void aTimeIsNeverShownAsNoneOrInUnitsThatNobodyCounts() {
    assertThat(Figures.of(Duration.ofMillis(20))).isEqualTo("20 ms");
    assertThat(Figures.of(Duration.ofMillis(999))).isEqualTo("999 ms");
    assertThat(Figures.of(Duration.ofMillis(3249))).isEqualTo("3.2 s");
    assertThat(Figures.of(Duration.ofSeconds(119))).isEqualTo("119.0 s");
    assertThat(Figures.of(Duration.ofMinutes(45))).isEqualTo("45 min");
    assertThat(Figures.of(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
    assertThat(Figures.of(Duration.ofHours(24))).isEqualTo("24 h");
    assertThat(Figures.of(Duration.ofDays(2))).isEqualTo("2 d");
    assertThat(Figures.of(Duration.ofHours(51))).isEqualTo("2 d 3 h");
  }
}
