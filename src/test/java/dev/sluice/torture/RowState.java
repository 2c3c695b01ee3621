package dev.sluice.torture;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a row holds beside its key.
 *
 * @param source the old column, which the migration reads
 * @param note a column that has nothing to do with the migration
 * @param values the new columns
 * @param ours how often the migration's sessions updated the row; a trigger counts
 */
record RowState(@Nullable String source, @Nullable String note, NewValues values, int ours) {

  static final String COLUMNS = "source, note, target, size, ours";

  static RowState read(ResultSet rs) throws SQLException {
    Integer size = rs.getObject("size", Integer.class);
    return new RowState(
        rs.getString("source"),
        rs.getString("note"),
        new NewValues(rs.getString("target"), size),
        rs.getInt("ours"));
  }

  boolean isUnderGuard() {
    return values.target() == null;
  }

  /** After the migration has been there. */
  RowState migrated() {
    return new RowState(source, note, NewValues.of(source), ours + 1);
  }

  RowState withValues(NewValues newValues) {
    return new RowState(source, note, newValues, ours);
  }

  /** After a statement that writes these columns and has no trigger behind it. */
  RowState after(Change change) {
    return new RowState(change.source(source), change.note(note), change.values(values), ours);
  }
}
