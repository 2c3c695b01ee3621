package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RunStateTest {

  @Test
  void aCleanedMigrationStaysAsItIs() {
    assertThat(Arrays.stream(RunState.values()).filter(RunState.CLEANED::mayBecome)).isEmpty();
  }

  @Test
  void aCleanupThatHasBegunOnlyGoesOn() {
    assertThat(Arrays.stream(RunState.values()).filter(RunState.CLEANING::mayBecome))
        .containsExactly(RunState.CLEANING, RunState.CLEANED);
  }

  @Test
  void aRollbackNeverGoesForwardAgainBeforeItEnded() {
    assertThat(RunState.ROLLING_BACK.mayBecome(RunState.RUNNING)).isFalse();
    assertThat(RunState.ROLLED_BACK.mayBecome(RunState.RUNNING)).isTrue();
  }

  @Test
  void whatDiedRunningMayRunAgain() {
    assertThat(RunState.RUNNING.mayBecome(RunState.RUNNING)).isTrue();
  }

  @Test
  void everyStateButTheLastLeadsSomewhere() {
    for (RunState state : RunState.values()) {
      boolean leads = Arrays.stream(RunState.values()).anyMatch(state::mayBecome);
      assertThat(leads).as(state.label()).isEqualTo(state != RunState.CLEANED);
    }
  }

  @Test
  void labelsAreTheLedgersSpelling() {
    assertThat(RunState.ROLLED_BACK.label()).isEqualTo("rolled_back");
    assertThat(RunState.ofLabel("rolling_back")).isEqualTo(RunState.ROLLING_BACK);
  }
}
