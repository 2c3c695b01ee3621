package dev.sluice.backfill;

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

  String clause(boolean skipLocked) {
    return skipLocked ? clause + " SKIP LOCKED" : clause;
  }
}
