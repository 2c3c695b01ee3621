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

  private final ComparedRows rows;
  private final Windows windows;
  private final TableKey key;
  private final List<ComparedColumn> columns;
  private final List<String> reads;
  private final Row.Columns rowColumns;
  private final RowTransformer transformer;
  private final @Nullable String rowHash;

  /** A row as it was read, and what the transform made of it. */
  private record Computed(Source source, List<@Nullable String> texts) {}

  /** A row, the columns in which it differs, and its hash. */
  private record Compared(
      Key key, boolean untouched, List<Integer> differing, @Nullable String hash) {}

  /** A row as it was read. */
  private record Source(Key key, String xmin, boolean untouched, Row row) {}

  /**
   * @param reads SQL for each value that the transform reads
   * @param rowHash SQL, see {@link RowHash#ofRow}; null: hashes nothing
   */
  TransformRecompute(
      ComparedRows rows,
      List<ComparedColumn> columns,
      List<String> reads,
      Change.Transform transform,
      RowTransformer transformer,
      @Nullable String rowHash) {
    this.rowHash = rowHash;
    this.rows = rows;
    this.windows = rows.walked();
    this.key = rows.key();
    this.columns = columns;
    this.reads = reads;
    this.rowColumns =
        new Row.Columns(
            transform.read().stream().map(Identifier::value).toList(),
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
            : windows.inspection().read(jdbc -> compared(jdbc, computed));
    failures.forEach(tally::failed);
    tally.compared(compared.size());
    compared.forEach(row -> tell(row, tally));
  }

  private List<Source> sources(JdbcOperations jdbc, KeyRange window) {
    String sql =
        """
        SELECT %s, _kxmin, _kuntouched, %s
        FROM (%s) AS _k_rows
        ORDER BY %s
        """
            .formatted(
                rows.keyTexts(),
                join(reads.size(), i -> "_kr" + i),
                rows.select(window, join(reads.size(), i -> reads.get(i) + " AS _kr" + i)),
                rows.order());
    return jdbc.query(sql, (rs, row) -> source(rs), TableKey.rangeArguments(window).toArray());
  }

  private Source source(ResultSet rs) throws SQLException {
    int firstRead = key.width() + 3;
    return new Source(
        key.read(rs),
        rs.getString("_kxmin"),
        rs.getBoolean("_kuntouched"),
        new Row(rowColumns, ColumnValues.read(rs, firstRead, reads.size())));
  }

  /** A user's code may throw anything; its message may quote the row, so only the type is told. */
  private void compute(Source source, List<Computed> computed, List<String> failures) {
    try {
      transformer.transform(source.row());
      List<@Nullable String> texts = new ArrayList<>();
      for (Object value : source.row().results()) {
        texts.add(PgText.of(value));
      }
      computed.add(new Computed(source, texts));
    } catch (Exception e) {
      failures.add("key %s: %s".formatted(source.key(), e.getClass().getName()));
    }
  }

  private List<Compared> compared(JdbcOperations jdbc, List<Computed> computed) {
    // OFFSET 0: an index probe a row, where a join may read all between the first key and the last
    String sql =
        """
        SELECT _krow.*
        FROM unnest(%1$s) AS _k_computed(_k_xmin, _k_untouched, %2$s, %3$s)
        CROSS JOIN LATERAL (
          SELECT %4$s, _k_computed._k_untouched, %8$s AS _khash, %5$s
          FROM %6$s
          WHERE %7$s
            AND %6$s.xmin::text = _k_computed._k_xmin
          OFFSET 0) AS _krow
        """
            .formatted(
                join(2 + key.width() + columns.size(), i -> "CAST(? AS text[])"),
                join(key.width(), i -> "_k_key" + i),
                join(columns.size(), i -> "_k_value" + i),
                key.textColumnList(),
                join(columns.size(), this::differs),
                key.table().quoted(),
                key.comparedWith("=", i -> "_k_computed._k_key" + i),
                rowHash == null ? "NULL" : rowHash);
    return jdbc.query(sql, (rs, row) -> compared(rs), arrays(computed).toArray());
  }

  private Compared compared(ResultSet rs) throws SQLException {
    List<Integer> differing = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      if (rs.getBoolean("_k_d" + i)) {
        differing.add(i);
      }
    }
    return new Compared(
        key.read(rs),
        Boolean.parseBoolean(rs.getString("_k_untouched")),
        differing,
        rs.getString("_khash"));
  }

  private String differs(int column) {
    return columns.get(column).differsFrom("_k_computed._k_value" + column) + " AS _k_d" + column;
  }

  private static void tell(Compared row, Tally tally) {
    if (row.hash() != null) {
      tally.hash().addRow(row.hash());
    }
    for (int column : row.differing()) {
      tally.differs(column, 1, row.untouched() ? 1 : 0);
      tally.name(column, row.key());
    }
  }

  /** One text[] a column of the unnest: xmin, untouched, key, values. */
  private List<@Nullable String[]> arrays(List<Computed> computed) {
    List<@Nullable String[]> arrays = new ArrayList<>();
    arrays.add(computed.stream().map(row -> row.source().xmin()).toArray(String[]::new));
    arrays.add(
        computed.stream()
            .map(row -> String.valueOf(row.source().untouched()))
            .toArray(String[]::new));
    for (int i = 0; i < key.width(); i++) {
      int column = i;
      arrays.add(
          computed.stream()
              .map(row -> row.source().key().texts().get(column))
              .toArray(String[]::new));
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
