package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScriptSettingsTest {

  @Test
  void defaultsArePinned() {
    assertThat(ScriptSettings.DEFAULT)
        .isEqualTo(
            new ScriptSettings(
                Duration.ofMillis(1500),
                Duration.ofMinutes(10),
                Duration.ofSeconds(5),
                30,
                Duration.ofMinutes(15)));
  }

  @Test
  void valuesOutOfBoundsAreRefusedWithTheBound() {
    Duration second = Duration.ofSeconds(1);

    assertThatThrownBy(() -> new ScriptSettings(Duration.ZERO, second, second, 1, second))
        .hasMessage("lockTimeout must be 1 ms to PT1M, got PT0S");
    assertThatThrownBy(() -> new ScriptSettings(second, second, second, 0, second))
        .hasMessage("attempts must be 1 to 1000, got 0");
  }
}
