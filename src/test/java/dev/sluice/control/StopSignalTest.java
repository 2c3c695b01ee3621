package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.postgres.Waiter.StoppedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StopSignalTest {

  private final StopSignal stop = new StopSignal();

  @Test
  void waitsToTheEndWhenNobodyStops() {
    stop.await(Duration.ofMillis(1));
    assertThat(stop.isStopped()).isFalse();
    stop.throwIfStopped();
  }

  @Test
  void aStopEndsEveryWaitAtOnceAndForGood() {
    stop.stop();
    assertThatThrownBy(() -> stop.await(Duration.ofDays(1))).isInstanceOf(StoppedException.class);
    assertThatThrownBy(stop::throwIfStopped).isInstanceOf(StoppedException.class);
  }

  @Test
  void anInterruptedWaitCountsAsAStopAndKeepsTheInterrupt() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> stop.await(Duration.ofDays(1))).isInstanceOf(StoppedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }
}
