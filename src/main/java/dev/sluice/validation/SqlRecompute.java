package dev.sluice.validation;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.TableKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/** Recomputes {@code set}: PostgreSQL evaluates the expressions again, a window a statement. */
final class SqlRecompute implements Recompute {
  private final ComparedRows rows;
  private final Windows windows;
  private final List<String> differs;
  private final @Nullable String rowHash;

  /**
   * Of one window, by the columns' order.
   *
   * @param hash of its rows, as {@link RowHash#ofRows} gives it; null: no rows, or not asked
   */
  private record Counts(long rows, List<Differing> columns, @Nullable String hash) {}

  /**
   * Of one column.
   *
   * @param untouched of those rows
   */
  private record Differing(long rows, long untouched) {}

  /**
   * @param values SQL for the computed value, one a column, ready for JDBC
   * @param rowHash SQL, see {@link RowHash#ofRow}; null: hashes nothing
   */
  SqlRecompute(
      ComparedRows rows,
      List<ComparedColumn> columns,
      List<String> values,
      @Nullable String rowHash) {
    this.rows = rows;
    this.rowHash = rowHash;
    this.windows = rows.walked();
    this.differs =
        IntStream.range(0, columns.size())
            .mapToObj(i -> columns.get(i).differsFrom(values.get(i)) + " AS _k_d" + i)
            .toList();
  }

  @Override
  public int windowRows() {
    return Windows.ROWS;
  }

  @Override
  public void compare(KeyRange window, Tally tally) {
    try {
      Counts counts = windows.inspection().read(jdbc -> counts(jdbc, window));
      List<List<Key>> keys = new ArrayList<>();
      for (int i = 0; i < differs.size(); i++) {
        keys.add(differing(i, counts.columns().get(i).rows(), window, tally));
      }
      tally.compared(counts.rows());
      if (counts.hash() != null) {
        tally.hash().addBits(counts.hash());
      }
      for (int i = 0; i < differs.size(); i++) {
        int column = i;
        Differing differing = counts.columns().get(i);
        tally.differs(column, differing.rows(), differing.untouched());
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
          windows.inspection().read(jdbc -> new KeyWindows(jdbc, windows.key()).first(whole, half));
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

  /** One statement: what is compared and what is hashed are the same rows of one snapshot. */
  private Counts counts(JdbcOperations jdbc, KeyRange window) {
    String hash = rowHash == null ? "" : ",\n" + rowHash + " AS _khash";
    String sql =
        """
        SELECT %s AS _khash, count(*)%s
        FROM (%s) AS _k_rows
        """
            .formatted(
                rowHash == null ? "NULL" : RowHash.ofRows("_khash"),
                columns(
                    ", count(*) FILTER (WHERE _k_d%1$d)"
                        + ", count(*) FILTER (WHERE _k_d%1$d AND _kuntouched)"),
                rows.select(window, String.join(",\n", differs) + hash));
    return jdbc.query(sql, (rs, row) -> counts(rs), TableKey.rangeArguments(window).toArray())
        .get(0);
  }

  private Counts counts(ResultSet rs) throws SQLException {
    List<Differing> columns = new ArrayList<>();
    for (int i = 0; i < differs.size(); i++) {
      columns.add(new Differing(rs.getLong(2 * i + 3), rs.getLong(2 * i + 4)));
    }
    return new Counts(rs.getLong(2), columns, rs.getString("_khash"));
  }

  private String columns(String part) {
    return IntStream.range(0, differs.size())
        .mapToObj(part::formatted)
        .collect(Collectors.joining());
  }

  private List<Key> keys(JdbcOperations jdbc, KeyRange window, int column, int limit) {
    TableKey key = rows.key();
    String sql =
        """
        SELECT %s
        FROM (%s) AS _k_rows
        WHERE _k_d%d
        ORDER BY %s
        LIMIT %d
        """
            .formatted(
                rows.keyTexts(),
                rows.select(window, differs.get(column)),
                column,
                rows.order(),
                limit);
    return jdbc.query(sql, (rs, row) -> key.read(rs), TableKey.rangeArguments(window).toArray());
  }
}
