package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;

/** The last committed key of a partition, in the step's execution context. */
final class StepCheckpoint {

  private static final String KEY = "checkpoint";

  private StepCheckpoint() {}

  static @Nullable Key load(StepExecution step) {
    Object texts = step.getExecutionContext().get(KEY);
    if (texts == null) {
      return null;
    }
    return new Key(((List<?>) texts).stream().map(String.class::cast).toList());
  }

  /** Null leaves the checkpoint as it is: nothing of the partition is done. */
  static void store(StepExecution step, @Nullable Key checkpoint) {
    if (checkpoint != null) {
      step.getExecutionContext().put(KEY, new ArrayList<>(checkpoint.texts()));
    }
  }

  /**
   * Takes everything that a chunk changes back from the repository, after any exception.
   *
   * <p>The stored row was committed with the chunk's data or not at all, so it alone tells whether
   * a COMMIT that failed on the way has happened.
   */
  static void restore(StepExecution step, JobRepository repository) {
    StepExecution stored = repository.getStepExecution(step.getId());
    if (stored == null) {
      throw new IllegalStateException("step execution " + step.getId() + " is gone");
    }
    step.setVersion(Objects.requireNonNull(stored.getVersion(), "a stored version"));
    step.setReadCount(stored.getReadCount());
    step.setWriteCount(stored.getWriteCount());
    step.setFilterCount(stored.getFilterCount());
    step.setCommitCount(stored.getCommitCount());
    step.setExecutionContext(new ExecutionContext(stored.getExecutionContext()));
    step.getExecutionContext().clearDirtyFlag();
  }
}
