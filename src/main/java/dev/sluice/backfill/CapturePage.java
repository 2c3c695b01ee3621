package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.Row;
import dev.sluice.postgres.ColumnDefault;
import dev.sluice.postgres.ColumnValues;
import dev.sluice.postgres.GeneratedColumn;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import dev.sluice.sync.CaptureTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The page query over the capture log: entries in their order, each with its row if it is the last
 * one of its key. No locks; bounded by the entries of a page, an index probe or three for each.
 *
 * <p>One statement, hence one snapshot: a row whose version is still the same when it is locked has
 * no later entry than the one that was read here.
 *
 * <p>In scope is a row that the guard covers: as it is, or, if it is due, as it was before it had
 * any value in the written columns. OFFSET 0 keeps the inner queries from becoming joins, which may
 * read all of the table between two keys.
 */
final class CapturePage {

  private final CaptureTable log;
  private final TableKey walked;
  private final Table table;
  private final List<Identifier> written;
  private final List<Identifier> read;
  private final String guard;
  private final String condition;
  private final List<ColumnDefault> defaults;
  private final List<GeneratedColumn> generated;
  private final Row.Columns rowColumns;

  /**
   * @param table as the catalog has it now
   * @param read columns that a transform reads; empty for expressions
   * @param guard the definition's, as it was written
   * @param condition which entries are to be done
   */
  CapturePage(
      DataSource dataSource,
      CaptureTable log,
      Table table,
      List<Identifier> written,
      List<Identifier> read,
      String guard,
      String condition) {
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    this.log = log;
    this.walked = log.walked();
    this.table = table;
    this.written = List.copyOf(written);
    this.read = List.copyOf(read);
    this.guard = "(%s\n)".formatted(UserSql.forNamedParameters(guard));
    this.condition = condition;
    this.defaults = ColumnDefault.of(jdbc, table.oid(), written);
    this.generated =
        GeneratedColumn.of(jdbc, table).stream()
            .filter(column -> written.contains(column.from()))
            .toList();
    this.rowColumns = new Row.Columns(names(read), names(written));
  }

  private static List<String> names(List<Identifier> columns) {
    return columns.stream().map(Identifier::value).toList();
  }

  PageReader<CapturedEntry> reader(DataSource dataSource) {
    return new PageReader<>(
        dataSource,
        walked,
        from(),
        columns(),
        condition,
        (rs, row) -> entry(rs),
        CapturedEntry::entry);
  }

  private CapturedEntry entry(ResultSet rs) throws SQLException {
    String[] texts = new String[log.key().width()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = rs.getString("_kk" + i);
    }
    Key key = new Key(List.of(texts));
    String version = rs.getString("_kxmin");
    if (version == null || !rs.getBoolean("_kscope")) {
      return new CapturedEntry(walked.read(rs), key, null);
    }
    int firstRead = texts.length + 4;
    Row row = new Row(rowColumns, ColumnValues.read(rs, firstRead, read.size()));
    return new CapturedEntry(walked.read(rs), key, new TransformChange.Read(key, version, row));
  }

  private String columns() {
    List<String> columns = new ArrayList<>();
    columns.add(walked.textColumnList());
    for (int i = 0; i < log.key().width(); i++) {
      columns.add(
          "%s.%s::text AS _kk%d"
              .formatted(logName(), log.key().columns().get(i).name().quoted(), i));
    }
    columns.add("_krow._kxmin");
    columns.add(inScope() + " AS _kscope");
    IntStream.range(0, read.size()).forEach(i -> columns.add("_krow._kr" + i));
    return String.join(",\n", columns);
  }

  private String from() {
    List<String> columns = new ArrayList<>();
    columns.add(table.name().quoted() + ".xmin::text AS _kxmin");
    columns.add(guard + " AS _kunder");
    for (int i = 0; i < read.size(); i++) {
      columns.add("%s.%s AS _kr%d".formatted(tableName(), read.get(i).quoted(), i));
    }
    for (int i = 0; i < table.columns().size(); i++) {
      columns.add(
          "%s.%s AS _kc%d".formatted(tableName(), table.columns().get(i).name().quoted(), i));
    }
    return """
        %1$s
        LEFT JOIN LATERAL (
          SELECT %2$s
          FROM %3$s
          WHERE %4$s
            AND NOT EXISTS (SELECT FROM %1$s AS _kl WHERE %5$s AND _kl.%6$s > %7$s.%6$s)
          OFFSET 0) AS _krow ON TRUE
        """
        .formatted(
            log.name().quoted(),
            String.join(", ", columns),
            table.name().quoted(),
            log.keyOf(logName()),
            log.sameKey("_kl", logName()),
            CaptureTable.SEQ,
            logName());
  }

  private String inScope() {
    String emptied =
        "coalesce((SELECT %s FROM %s OFFSET 0), FALSE)".formatted(guard, emptied(c -> "NULL"));
    String defaulted =
        defaults.isEmpty()
            ? ""
            : "OR coalesce((SELECT %s FROM %s OFFSET 0), FALSE)"
                .formatted(guard, emptied(this::defaultOf));
    return """
        CASE
          WHEN _krow._kunder THEN TRUE
          WHEN %s.%s THEN %s %s
          ELSE FALSE END"""
        .formatted(logName(), CaptureTable.DUE, emptied, defaulted);
  }

  private String defaultOf(Identifier column) {
    return defaults.stream()
        .filter(found -> found.column().equals(column))
        .map(found -> UserSql.forNamedParameters(found.value()))
        .findFirst()
        .orElse("NULL");
  }

  /**
   * The row without values in the written columns, under the table's name and where the table
   * itself is out of sight.
   */
  private String emptied(Function<Identifier, String> empty) {
    String row = "(%s) AS %s".formatted(select(column -> value(column, empty)), tableName());
    return generated.isEmpty()
        ? row
        : "(%s FROM %s) AS %s".formatted(select(this::generatedValue), row, tableName());
  }

  private String select(Function<Table.Column, String> value) {
    // all of them in their order: a whole row may be what the guard reads
    return table.columns().stream()
        .map(column -> "%s AS %s".formatted(value.apply(column), column.name().quoted()))
        .collect(Collectors.joining(", ", "SELECT ", ""));
  }

  /** Of the type below a domain, which may forbid NULL. */
  private String value(Table.Column column, Function<Identifier, String> empty) {
    return written.contains(column.name())
        ? "CAST(%s AS %s)".formatted(empty.apply(column.name()), column.unboundedType())
        : "_krow._kc" + table.columns().indexOf(column);
  }

  private String generatedValue(Table.Column column) {
    return generated.stream()
        .filter(found -> found.name().equals(column.name()))
        .findFirst()
        .map(
            found ->
                "CAST((%s) AS %s)"
                    .formatted(UserSql.forNamedParameters(found.expression()), column.type()))
        .orElse(tableName() + "." + column.name().quoted());
  }

  private String tableName() {
    return table.name().name().quoted();
  }

  private String logName() {
    return log.name().name().quoted();
  }
}
