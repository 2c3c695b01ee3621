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

  /** What a chunk changes of a step execution. */
  private record State(
      Integer version,
      ExecutionContext context,
      long readCount,
      long writeCount,
      long writeSkipCount,
      long filterCount,
      long commitCount) {

    static State of(StepExecution step) {
      return new State(
          Objects.requireNonNull(step.getVersion(), "a stored version"),
          new ExecutionContext(step.getExecutionContext()),
          step.getReadCount(),
          step.getWriteCount(),
          step.getWriteSkipCount(),
          step.getFilterCount(),
          step.getCommitCount());
    }

    void putInto(StepExecution step) {
      step.setVersion(version);
      step.setReadCount(readCount);
      step.setWriteCount(writeCount);
      step.setWriteSkipCount(writeSkipCount);
      step.setFilterCount(filterCount);
      step.setCommitCount(commitCount);
      step.setExecutionContext(context);
      step.getExecutionContext().clearDirtyFlag();
    }
  }

  /**
   * Remembers a step execution before a chunk; running the result puts it back after an error.
   *
   * <p>Until {@link #restore} has read what is really stored, that is the safe guess: Spring Batch
   * stores the step's context once more when the step ends, and with the checkpoint of a chunk that
   * was rolled back the next launch would start behind it.
   */
  static Runnable remember(StepExecution step) {
    State before = State.of(step);
    return () -> before.putInto(step);
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
    State.of(stored).putInto(step);
  }
}
