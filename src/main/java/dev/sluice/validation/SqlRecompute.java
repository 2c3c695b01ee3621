package dev.sluice.validation;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/** Recomputes {@code set}: PostgreSQL evaluates the expressions again, a window a statement. */
final class SqlRecompute implements Recompute {
  private final Windows windows;
  private final TableKey key;
  private final List<String> differs;

  /**
   * @param expressions the user's SQL, one a column
   */
  SqlRecompute(Windows windows, List<ComparedColumn> columns, List<String> expressions) {
    this.windows = windows;
    this.key = windows.key();
    this.differs =
        IntStream.range(0, columns.size())
            .mapToObj(
                i ->
                    columns.get(i).differsFrom("(\n" + UserSql.forJdbc(expressions.get(i)) + "\n)"))
            .toList();
  }

  @Override
  public int windowRows() {
    return Windows.ROWS;
  }

  @Override
  public void compare(KeyRange window, Tally tally) {
    try {
      long[] counts = windows.inspection().read(jdbc -> counts(jdbc, window));
      List<List<Key>> keys = new ArrayList<>();
      for (int i = 0; i < differs.size(); i++) {
        keys.add(differing(i, counts[i + 1], window, tally));
      }
      tally.compared(counts[0]);
      for (int i = 0; i < differs.size(); i++) {
        int column = i;
        tally.differs(column, counts[column + 1]);
        keys.get(column).forEach(key -> tally.name(column, key));
      }
    } catch (DataAccessException e) {
      ServerError error = valueError(e).orElseThrow(() -> e);
      tally.failed("key %s: %s".formatted(failing(window), error.textWithoutValues()));
    }
  }

  private List<Key> differing(int column, long rows, KeyRange window, Tally tally) {
    int wanted = tally.keysWanted(column);
    return rows > 0 && wanted > 0
        ? windows.inspection().read(jdbc -> keys(jdbc, window, column, wanted))
        : List.of();
  }

  /** Halves the range until the first row that fails is left: 16 statements for a window. */
  private @Nullable Key failing(KeyRange window) {
    KeyRange range = window;
    for (int rows = windowRows(); rows > 1; ) {
      int half = (rows + 1) / 2;
      KeyRange whole = range;
      KeyRange first =
          windows.inspection().read(jdbc -> new KeyWindows(jdbc, key).first(whole, half));
      range = fails(first) ? first : whole.startingAfter(first.through());
      rows = half;
    }
    return range.through();
  }

  private boolean fails(KeyRange range) {
    try {
      windows.inspection().read(jdbc -> counts(jdbc, range));
      return false;
    } catch (DataAccessException e) {
      if (valueError(e).isPresent()) {
        return true;
      }
      throw e;
    }
  }

  private static Optional<ServerError> valueError(DataAccessException e) {
    return ServerError.of(e).filter(ServerError::isAboutAValue);
  }

  /** All rows, then the differences by column. */
  private long[] counts(JdbcOperations jdbc, KeyRange window) {
    String sql =
        """
        SELECT count(*)%s
        FROM (SELECT %s
              FROM %s
              WHERE %s) AS _k_rows
        """
            .formatted(
                columns(i -> ", count(*) FILTER (WHERE _k_d%d)".formatted(i), ""),
                columns(i -> "%s AS _k_d%d".formatted(differs.get(i), i), ",\n"),
                key.table().quoted(),
                key.inRange(window));
    return jdbc.query(
            sql,
            (rs, row) -> {
              long[] counts = new long[differs.size() + 1];
              for (int i = 0; i < counts.length; i++) {
                counts[i] = rs.getLong(i + 1);
              }
              return counts;
            },
            TableKey.rangeArguments(window).toArray())
        .get(0);
  }

  private String columns(IntFunction<String> part, String separator) {
    return IntStream.range(0, differs.size()).mapToObj(part).collect(Collectors.joining(separator));
  }

  private List<Key> keys(JdbcOperations jdbc, KeyRange window, int column, int limit) {
    String sql =
        """
        SELECT %s
        FROM %s
        WHERE %s
          AND (%s)
        ORDER BY %s
        LIMIT %d
        """
            .formatted(
                key.textColumnList(),
                key.table().quoted(),
                key.inRange(window),
                differs.get(column),
                key.columnList(),
                limit);
    return jdbc.query(sql, (rs, row) -> key.read(rs), TableKey.rangeArguments(window).toArray());
  }
}
