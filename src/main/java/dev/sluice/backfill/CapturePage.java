package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.Row;
import dev.sluice.postgres.ColumnValues;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.sync.CaptureScope;
import dev.sluice.sync.CaptureTable;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
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
 * <p>OFFSET 0 keeps the inner query from becoming a join, which may read all of the table between
 * two keys.
 */
final class CapturePage {

  private final CaptureTable log;
  private final TableKey walked;
  private final Table table;
  private final List<Identifier> read;
  private final CaptureScope scope;
  private final String condition;
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
    this.log = log;
    this.walked = log.walked();
    this.table = table;
    this.read = List.copyOf(read);
    this.scope = CaptureScope.of(new JdbcTemplate(dataSource), table, written, guard);
    this.condition = condition;
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
    columns.add(scope.of(logName() + "." + CaptureTable.DUE) + " AS _kscope");
    IntStream.range(0, read.size()).forEach(i -> columns.add("_krow._kr" + i));
    return String.join(",\n", columns);
  }

  private String from() {
    List<String> columns = new ArrayList<>();
    columns.add(table.name().quoted() + ".xmin::text AS _kxmin");
    for (int i = 0; i < read.size(); i++) {
      columns.add("%s.%s AS _kr%d".formatted(tableName(), read.get(i).quoted(), i));
    }
    columns.addAll(scope.row());
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

  private String tableName() {
    return table.name().name().quoted();
  }

  private String logName() {
    return log.name().name().quoted();
  }
}
