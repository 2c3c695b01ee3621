package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;

/** One row cannot be changed, and none is to be set aside. Comes again: not retried. */
public final class RowRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  RowRefusedException(DataMigration migration, Key key, RowFault fault) {
    super(
        ("%s: the row with key %s of %s is refused: %s. Correct the row, or exclude it in where:, or"
                + " set such rows aside with 'skip:'; then run it again to go on.")
            .formatted(migration.id(), key, migration.table(), fault));
  }

  static RowRefusedException onTheWayBack(DataMigration migration, Key key, RowFault fault) {
    return new RowRefusedException(
        "%s: the row with key %s of %s refuses its old values: %s. Correct what refuses them, and run the rollback again."
            .formatted(migration.id(), key, migration.table(), fault));
  }

  private RowRefusedException(String message) {
    super(message);
  }
}
