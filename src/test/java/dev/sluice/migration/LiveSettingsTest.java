package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class LiveSettingsTest {

  @Test
  void aValueGoesFromTheFirstEqualsSignOn() {
    assertThat(LiveSettings.parse(List.of("throttle.when=SELECT a = b", " workers = 2 ")).values())
        .containsOnly(
            org.assertj.core.api.Assertions.entry("throttle.when", "SELECT a = b"),
            org.assertj.core.api.Assertions.entry("workers", "2"));
  }

  @Test
  void refusesWhatIsNoSetting() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveSettings.parse(List.of("chunk.rows")))
        .withMessage(
            "a setting must be key=value of at most 10000 characters, like chunk.rows=200, got"
                + " 'chunk.rows'.");
    assertThatIllegalArgumentException().isThrownBy(() -> LiveSettings.parse(List.of("=200")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveSettings.parse(List.of("a=" + "x".repeat(10_000))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LiveSettings.parse(List.of("workers=1", "workers=2")))
        .withMessage("workers is given twice.");
  }

  @Test
  void laterOnesReplaceEarlierOnesAndDefaultTakesAway() {
    LiveSettings earlier = LiveSettings.parse(List.of("chunk.rows=200", "workers=3"));
    LiveSettings later = LiveSettings.parse(List.of("workers=default", "chunk.rows=300"));

    assertThat(earlier.and(later)).hasToString("chunk.rows=300");
  }
}
