package dev.sluice.backfill;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Sync;

/** Other sessions write rows under the guard faster than the sweep ends them. */
final class RowsKeepArrivingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final String TRIGGER_MISSING =
      ": it is missing or disabled, or something writes with the setting sluice.migration. Run"
          + " again, which puts the trigger back";

  private static final String WAYS_ON =
      ". Write 'sync: trigger', give the column a DEFAULT in expand.up.sql, or let the application"
          + " write it, and run again";

  /** A run that began without a log of changes cannot go on with one. */
  private static final String WAYS_ON_TRANSFORM =
      ". Give the column a DEFAULT, or let the application write it, and run again; or roll the run"
          + " back, write 'sync: capture', and run it again";

  /**
   * @param rows that are left after {@code rounds} rounds
   * @param rowsBefore that were left a round before
   */
  RowsKeepArrivingException(DataMigration migration, int rounds, long rows, long rowsBefore) {
    super(
        ("%s: after %d rounds %d rows of %s are under the guard (a round before: %d):"
                + " the application keeps writing such rows%s.")
            .formatted(
                migration.id(), rounds, rows, migration.table(), rowsBefore, remedy(migration)));
  }

  private static String remedy(DataMigration migration) {
    Sync sync = migration.sync();
    if (sync instanceof Sync.Trigger) {
      return ", though a sync trigger should compute them" + TRIGGER_MISSING;
    }
    if (sync instanceof Sync.Capture) {
      return ", though a capture trigger should note them" + TRIGGER_MISSING;
    }
    if (sync instanceof Sync.None) {
      return migration.change() instanceof Change.Transform ? WAYS_ON_TRANSFORM : WAYS_ON;
    }
    throw new IllegalStateException("no remedy for " + sync);
  }
}
