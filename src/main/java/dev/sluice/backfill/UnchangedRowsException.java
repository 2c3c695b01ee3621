package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.Key;
import java.util.List;

/** Rows were changed, by us, and are still to do. Comes again: not retried. */
public final class UnchangedRowsException extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final int KEYS_SHOWN = 10;

  private UnchangedRowsException(String message) {
    super(message);
  }

  static UnchangedRowsException underGuard(
      DataMigration migration, String guard, List<Key> keys, int count) {
    return new UnchangedRowsException(
        "%s: %d rows of %s are still under the guard '%s' after the change, like key %s. "
                .formatted(migration.id(), count, migration.table(), guard.strip(), shown(keys))
            + "The change gives them no value that ends the guard, NULL perhaps. "
            + "Correct the expression, or exclude these rows in where:.");
  }

  static UnchangedRowsException prevented(DataMigration migration, List<Key> keys, int count) {
    return new UnchangedRowsException(
        "%s: %d rows of %s were not written, like key %s: a trigger or rule of the table prevents it. "
                .formatted(migration.id(), count, migration.table(), shown(keys))
            + "Change the trigger, or exclude these rows by a guard (where:).");
  }

  static UnchangedRowsException notInverted(DataMigration migration, List<Key> keys, int count) {
    return new UnchangedRowsException(
        "%s: %d rows of %s are outside the guard after undo.sql, like key %s. "
                .formatted(migration.id(), count, migration.table(), shown(keys))
            + "The inverse must bring a row back under the guard. Correct undo.sql.");
  }

  static UnchangedRowsException notRestored(DataMigration migration, List<Key> keys, int count) {
    return new UnchangedRowsException(
        "%s: %d rows of %s did not take their old values, like key %s: a trigger or rule of the table"
                .formatted(migration.id(), count, migration.table(), shown(keys))
            + " prevents it. Change the trigger, and run the rollback again.");
  }

  private static List<Key> shown(List<Key> keys) {
    return keys.stream().limit(KEYS_SHOWN).toList();
  }
}
