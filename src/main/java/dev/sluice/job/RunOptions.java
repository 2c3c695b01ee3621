package dev.sluice.job;

import dev.sluice.migration.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * What a launch overrides of a definition's tuning.
 *
 * @param chunkRows null: the definition's
 * @param workers null: the definition's
 * @param skip null: the definition's
 */
public record RunOptions(
    @Nullable Integer chunkRows, @Nullable Integer workers, @Nullable Integer skip) {

  public static final RunOptions NONE = new RunOptions(null, null, null);

  public RunOptions(@Nullable Integer chunkRows, @Nullable Integer workers) {
    this(chunkRows, workers, null);
  }

  /**
   * @throws IllegalArgumentException if a value is out of its bounds
   */
  public LoadedMigration applyTo(LoadedMigration migration) {
    return migration.tuned(this::tuned);
  }

  private Tuning tuned(Tuning tuning) {
    if (chunkRows != null) {
      tuning = tuning.withChunkRows(chunkRows);
    }
    if (workers != null) {
      tuning = tuning.withWorkers(workers);
    }
    if (skip != null) {
      tuning = tuning.withSkip(skip);
    }
    return tuning;
  }
}
