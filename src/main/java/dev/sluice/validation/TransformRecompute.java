package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Row;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.ColumnValues;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.PgText;
import dev.sluice.postgres.TableKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Recomputes {@code transform}: reads a window, runs the transform outside of any transaction, and
 * lets PostgreSQL compare. A row that changed in between, by its {@code xmin}, is left out.
 */
final class TransformRecompute implements Recompute {

  /** Held in memory. */
  private static final int ROWS = 1000;

  private final Windows windows;
  private final TableKey key;
  private final List<ComparedColumn> columns;
  private final List<Identifier> read;
  private final Row.Columns rowColumns;
  private final RowTransformer transformer;

  /** A row as it was read, and what the transform made of it. */
  private record Computed(Key key, String xmin, List<@Nullable String> texts) {}

  /** A row and the columns in which it differs. */
  private record Compared(Key key, List<Integer> differing) {}

  /** A row as it was read. */
  private record Source(Key key, String xmin, Row row) {}

  TransformRecompute(
      Windows windows,
      List<ComparedColumn> columns,
      Change.Transform transform,
      RowTransformer transformer) {
    this.windows = windows;
    this.key = windows.key();
    this.columns = columns;
    this.read = transform.read();
    this.rowColumns =
        new Row.Columns(
            read.stream().map(Identifier::value).toList(),
            transform.write().stream().map(Identifier::value).toList());
    this.transformer = transformer;
  }

  @Override
  public int windowRows() {
    return ROWS;
  }

  @Override
  public void compare(KeyRange window, Tally tally) {
    List<Source> sources = windows.inspection().read(jdbc -> sources(jdbc, window));
    List<Computed> computed = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    for (Source source : sources) {
      compute(source, computed, failures);
    }
    List<Compared> compared =
        computed.isEmpty()
            ? List.of()
            : windows.inspection().read(jdbc -> compared(jdbc, window, computed));
    failures.forEach(tally::failed);
    tally.compared(compared.size());
    compared.forEach(row -> tell(row, tally));
  }

  private List<Source> sources(JdbcOperations jdbc, KeyRange window) {
    String sql =
        """
        SELECT %s, %s.xmin::text AS _k_xmin, %s
        FROM %s
        WHERE %s
        ORDER BY %s
        """
            .formatted(
                key.textColumnList(),
                key.table().quoted(),
                read.stream()
                    .map(name -> key.table().quoted() + "." + name.quoted())
                    .collect(Collectors.joining(", ")),
                key.table().quoted(),
                key.inRange(window),
                key.columnList());
    return jdbc.query(sql, (rs, row) -> source(rs), TableKey.rangeArguments(window).toArray());
  }

  private Source source(ResultSet rs) throws SQLException {
    int firstRead = key.width() + 2;
    return new Source(
        key.read(rs),
        rs.getString("_k_xmin"),
        new Row(rowColumns, ColumnValues.read(rs, firstRead, read.size())));
  }

  /** A user's code may throw anything; its message may quote the row, so only the type is told. */
  private void compute(Source source, List<Computed> computed, List<String> failures) {
    try {
      transformer.transform(source.row());
      List<@Nullable String> texts = new ArrayList<>();
      for (Object value : source.row().results()) {
        texts.add(PgText.of(value));
      }
      computed.add(new Computed(source.key(), source.xmin(), texts));
    } catch (Exception e) {
      failures.add("key %s: %s".formatted(source.key(), e.getClass().getName()));
    }
  }

  private List<Compared> compared(JdbcOperations jdbc, KeyRange window, List<Computed> computed) {
    // the range, although the keys say it all: it bounds the rows that a hash join would read
    String sql =
        """
        SELECT %1$s, %2$s
        FROM unnest(%3$s) AS _k_computed(_k_xmin, %4$s, %5$s)
        JOIN %6$s ON %7$s AND %6$s.xmin::text = _k_computed._k_xmin
        WHERE %8$s
        """
            .formatted(
                key.textColumnList(),
                join(columns.size(), this::differs),
                join(1 + key.width() + columns.size(), i -> "CAST(? AS text[])"),
                join(key.width(), i -> "_k_key" + i),
                join(columns.size(), i -> "_k_value" + i),
                key.table().quoted(),
                key.comparedWith("=", i -> "_k_computed._k_key" + i),
                key.inRange(window));
    List<Object> arguments = new ArrayList<>(arrays(computed));
    arguments.addAll(TableKey.rangeArguments(window));
    return jdbc.query(sql, (rs, row) -> compared(rs), arguments.toArray());
  }

  private Compared compared(ResultSet rs) throws SQLException {
    List<Integer> differing = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (rs.getBoolean("_k_d" + i)) {
        differing.add(i);
      }
    }
    return new Compared(key.read(rs), differing);
  }

  private String differs(int column) {
    return columns.get(column).differsFrom("_k_computed._k_value" + column) + " AS _k_d" + column;
  }

  private static void tell(Compared row, Tally tally) {
    for (int column : row.differing()) {
      tally.differs(column, 1);
      tally.name(column, row.key());
    }
  }

  /** One text[] a column of the unnest: xmin, key, values. */
  private List<@Nullable String[]> arrays(List<Computed> computed) {
    List<@Nullable String[]> arrays = new ArrayList<>();
    arrays.add(computed.stream().map(Computed::xmin).toArray(String[]::new));
    for (int i = 0; i < key.width(); i++) {
      int column = i;
      arrays.add(
          computed.stream().map(row -> row.key().texts().get(column)).toArray(String[]::new));
    }
    for (int i = 0; i < columns.size(); i++) {
      int column = i;
      arrays.add(computed.stream().map(row -> row.texts().get(column)).toArray(String[]::new));
    }
    return arrays;
  }

  private static String join(int count, IntFunction<String> part) {
    return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining(", "));
  }
}
