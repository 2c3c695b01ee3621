package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.postgres.Key;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.step.StepExecution;

class StepCheckpointTest {

  private final StepExecution step = step();

  @Test
  void aKeyOfSeveralColumnsComesBackAsItWasStored() {
    Key key = new Key(List.of("7", "eu, west", ""));
    StepCheckpoint.store(step, key);
    assertThat(StepCheckpoint.load(step)).isEqualTo(key);
  }

  @Test
  void aNewStepHasNone() {
    assertThat(StepCheckpoint.load(step)).isNull();
  }

  @Test
  void nullLeavesTheCheckpointAsItIs() {
    StepCheckpoint.store(step, new Key(List.of("7")));
    StepCheckpoint.store(step, null);
    assertThat(StepCheckpoint.load(step)).isEqualTo(new Key(List.of("7")));
  }

  @Test
  void whatAChunkChangedIsPutBack() {
    StepCheckpoint.store(step, new Key(List.of("7")));
    step.setReadCount(10);
    step.setWriteCount(8);
    step.setFilterCount(2);
    step.setCommitCount(1);
    Runnable putBack = StepCheckpoint.remember(step);

    StepCheckpoint.store(step, new Key(List.of("9")));
    step.setReadCount(20);
    step.setWriteCount(16);
    step.setFilterCount(4);
    step.setCommitCount(2);
    step.setVersion(4);
    putBack.run();

    assertThat(StepCheckpoint.load(step)).isEqualTo(new Key(List.of("7")));
    assertThat(step.getReadCount()).isEqualTo(10);
    assertThat(step.getWriteCount()).isEqualTo(8);
    assertThat(step.getFilterCount()).isEqualTo(2);
    assertThat(step.getCommitCount()).isEqualTo(1);
    assertThat(step.getVersion()).isEqualTo(3);
    assertThat(step.getExecutionContext().isDirty()).isFalse();
  }

  private static StepExecution step() {
    JobExecution job = new JobExecution(1, new JobInstance(1, "0001_test"), new JobParameters());
    StepExecution step = new StepExecution(1, "backfill", job);
    step.setVersion(3);
    return step;
  }
}
