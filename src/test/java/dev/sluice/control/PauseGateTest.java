package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Waiter.StoppedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PauseGateTest {

  private static final Command PAUSE =
      new Command(
          1,
          new MigrationId("0001_split"),
          Command.Kind.PAUSE,
          LiveSettings.NONE,
          0,
          Instant.parse("2026-11-21T18:55:10.5Z"),
          "sluice, anna, process 71 on laptop",
          false,
          null);

  private final List<Duration> waits = new ArrayList<>();
  private final List<Integer> waiting = new ArrayList<>();
  private final PauseGate gate = new PauseGate(this::await);

  /** Opens at the third look. */
  private void await(Duration duration) {
    waits.add(duration);
    waiting.add(gate.waiting());
    if (waits.size() == 3) {
      gate.open();
    }
  }

  @Test
  void anOpenOneHoldsNobody() {
    gate.pass(() -> {});

    assertThat(waits).isEmpty();
  }

  @Test
  void aClosedOneHoldsUntilItIsOpened() {
    gate.close(PAUSE);

    gate.pass(() -> {});

    assertThat(waits).hasSize(3).containsOnly(Duration.ofMillis(50));
    assertThat(waiting).containsOnly(1);
    assertThat(gate.waiting()).isZero();
  }

  @Test
  void whoeverWaitsIsAskedMeanwhileAndMayGiveUp() {
    gate.close(PAUSE);

    assertThatThrownBy(
            () ->
                gate.pass(
                    () -> {
                      throw new StoppedException();
                    }))
        .isInstanceOf(StoppedException.class);
    assertThat(gate.waiting()).isZero();
  }

  @Test
  void saysWhoPausedItAndSinceWhen() {
    assertThat(PAUSE.asPause())
        .isEqualTo("paused by sluice, anna, process 71 on laptop since 2026-11-21 18:55:10 UTC");
  }
}
