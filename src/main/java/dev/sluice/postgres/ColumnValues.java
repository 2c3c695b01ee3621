package dev.sluice.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** stub */
public final class ColumnValues {
  private final int count;

  public ColumnValues(int count) {
    this.count = count;
  }

  public @Nullable Object[] read(ResultSet rs, int first) throws SQLException {
    @Nullable Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = rs.getObject(first + i);
    }
    return values;
  }
}
