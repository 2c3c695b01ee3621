package dev.sluice.backfill;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What the write of a chunk did.
 *
 * @param done rows that need nothing more: those that were changed, those that needed no change,
 *     and on the way back those that are gone
 * @param changed rows of which there is a new version
 * @param gone on the way back: rows that the run changed and that are no longer there by their key
 */
record Written(int done, int changed, int gone) {

  static final Written NOTHING = new Written(0, 0, 0);

  /**
   * Executes a statement that either returns these three numbers, or writes a row for each that is
   * done.
   */
  static Written by(PreparedStatement statement) throws SQLException {
    if (!statement.execute()) {
      int rows = statement.getUpdateCount();
      return new Written(rows, rows, 0);
    }
    try (ResultSet rs = statement.getResultSet()) {
      rs.next();
      return new Written(rs.getInt(1), rs.getInt(2), rs.getInt(3));
    }
  }
}
