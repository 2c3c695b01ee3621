package dev.sluice.versions;

import dev.sluice.job.RunResult;
import dev.sluice.migration.MigrationId;

/** Hears of a way up or down while it goes on. */
public interface WalkListener {

  /** What is unusual and no fault, before the first migration. */
  default void note(String note) {}

  default void begins(MigrationId id) {}

  default void ended(RunResult result) {}
}
