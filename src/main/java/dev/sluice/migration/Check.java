package dev.sluice.migration;

import java.util.List;

/** One entry of {@code checks.before} or {@code checks.after}. */
public sealed interface Check {

  /** How reports and messages call it. */
  String name();

  /**
   * The user's own query.
   *
   * @param sql must return one row with one boolean; anything but true fails the check
   */
  record Sql(String name, String sql) implements Check {}

  /** No row has a NULL in any of these columns. Only in {@code checks.after}. */
  record NotNull(List<Identifier> columns) implements Check {
    public NotNull {
      columns = List.copyOf(columns);
    }

    @Override
    public String name() {
      return "not-null " + columns;
    }
  }

  /** The table has as many rows as the baseline says. Only in {@code checks.after}. */
  record RowCountUnchanged() implements Check {
    @Override
    public String name() {
      return "row-count unchanged";
    }
  }
}
