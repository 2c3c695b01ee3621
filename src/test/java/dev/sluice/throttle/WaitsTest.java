package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitsTest {

  private final Waits waits = new Waits();

  @Test
  void tellWhatAWorkerWaitsForUntilItGoesOn() {
    Pace.Wait wait = new Pace.Wait("window", "outside the window", Duration.ofSeconds(1));
    assertThat(waits.now()).isEmpty();
    waits.begin(wait);
    assertThat(waits.now()).hasValue(wait);
    waits.end();
    assertThat(waits.now()).isEmpty();
  }
}
