package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.util.List;

/**
 * The row lock that a change needs.
 *
 * <p>FOR UPDATE blocks inserts of rows that refer to a locked one; FOR NO KEY UPDATE does not, and
 * is enough unless a column of a unique index is written.
 */
enum RowLock {
  NO_KEY_UPDATE("FOR NO KEY UPDATE"),
  UPDATE("FOR UPDATE");

  private final String clause;

  RowLock(String clause) {
    this.clause = clause;
  }

  /** What writing these columns needs. */
  static RowLock forWriting(Table table, List<Identifier> columns) {
    boolean unique =
        table.indexes().stream()
            .filter(Table.Index::unique)
            .anyMatch(index -> index.allColumns().stream().anyMatch(columns::contains));
    return unique ? UPDATE : NO_KEY_UPDATE;
  }

  String clause(boolean skipLocked) {
    return skipLocked ? clause + " SKIP LOCKED" : clause;
  }
}
