package dev.sluice.job;

import dev.sluice.migration.Tuning;
import org.jspecify.annotations.Nullable;

/**
 * What a launch overrides of a definition's tuning.
 *
 * @param chunkRows null: the definition's
 * @param workers null: the definition's
 */
public record RunOptions(@Nullable Integer chunkRows, @Nullable Integer workers) {

  public static final RunOptions NONE = new RunOptions(null, null);

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
    return tuning;
  }
}
