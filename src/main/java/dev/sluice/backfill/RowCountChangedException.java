package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;

/** A chunk would change how many rows the table has, and is rolled back. Comes again. */
public final class RowCountChangedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private RowCountChangedException(String message) {
    super(message);
  }

  static RowCountChangedException by(DataMigration migration, long more) {
    return new RowCountChangedException(
        "%s: a chunk would leave %d rows %s in %s, and checks.after asks for row-count: unchanged."
                .formatted(
                    migration.id(), Math.abs(more), more > 0 ? "more" : "fewer", migration.table())
            + " It was rolled back. A trigger or rule that fires on our update inserts or deletes"
            + " rows: change that, and run again.");
  }

  static RowCountChangedException notTracked(DataMigration migration) {
    return new RowCountChangedException(
        "%s: row-count: unchanged cannot be checked, for track_counts is off on the server."
                .formatted(migration.id())
            + " Turn it on, as it is by default, and run again.");
  }
}
