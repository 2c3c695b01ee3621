package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How big things are, by the catalog and its statistics. Partitions and tables that inherit count
 * with their parent. Takes ACCESS SHARE, reads no row of a user.
 */
final class CatalogSizes {

  /** The relation itself and, unless it is asked alone, all that inherit from it. */
  private static final String TREE =
      """
      WITH RECURSIVE tree(oid) AS (
        SELECT c.oid FROM pg_class c WHERE c.oid = to_regclass(?)
        UNION
        SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid WHERE NOT ?
      )
      """;

  private static final List<String> UNITS = List.of("bytes", "kB", "MB", "GB", "TB");
  private static final double STEP = 1024;

  /**
   * @param name schema-qualified, quoted where it must be
   * @param bytes with indexes and what is stored out of line
   * @param rows the planner's estimate
   * @param analysed false: there is no estimate of all of it
   */
  record Size(String name, long bytes, long rows, boolean analysed) {
    String text() {
      return bytesText()
          + (analysed
              ? String.format(Locale.ROOT, ", about %,d row%s", rows, rows == 1 ? "" : "s")
              : ", number of rows unknown (never analysed)");
    }

    String bytesText() {
      return pretty(bytes);
    }
  }

  /**
   * @param bytes the planner's estimate
   * @param analysed false: there is none of all of it that this role may see
   */
  record ColumnSize(String name, long bytes, boolean analysed) {
    String text() {
      return analysed
          ? "about %s (the planner's estimate)".formatted(pretty(bytes))
          : "size unknown (never analysed)";
    }
  }

  private final JdbcOperations jdbc;

  CatalogSizes(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * @param name as it is written in SQL
   * @param kinds of {@code pg_class.relkind} that are wanted
   * @param alone without what inherits from it
   */
  Optional<Size> relation(String name, String kinds, boolean alone) {
    return SqlNames.table(name).map(TableName::quoted).stream()
        .flatMap(quoted -> relations(quoted, kinds, alone).stream())
        .findFirst();
  }

  private List<Size> relations(String quoted, String kinds, boolean alone) {
    return jdbc.query(
        TREE
            + """
            SELECT (SELECT format('%I.%I', n.nspname, c.relname)
                    FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.oid = to_regclass(?)) AS name,
                   coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS bytes,
                   coalesce(sum(greatest(c.reltuples, 0)) FILTER (WHERE c.relkind NOT IN ('p', 'I')), 0)::bigint AS rows,
                   coalesce(bool_and(c.reltuples >= 0) FILTER (WHERE c.relkind NOT IN ('p', 'I')), true) AS analysed
            FROM tree
            JOIN pg_class c USING (oid)
            HAVING bool_or(c.oid = to_regclass(?) AND strpos(?, c.relkind::text) > 0)
            """,
        (rs, row) ->
            new Size(
                rs.getString("name"),
                rs.getLong("bytes"),
                rs.getLong("rows"),
                rs.getBoolean("analysed")),
        quoted,
        alone,
        quoted,
        quoted,
        kinds);
  }

  /** All tables and materialized views in it. */
  Optional<Size> schema(Identifier schema) {
    return jdbc
        .query(
            """
            SELECT quote_ident(n.nspname) AS name,
                   coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS bytes,
                   coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint AS rows,
                   coalesce(bool_and(c.reltuples >= 0), true) AS analysed
            FROM pg_namespace n
            LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'm')
            WHERE n.nspname = ?
            GROUP BY n.nspname
            """,
            (rs, row) ->
                new Size(
                    rs.getString("name"),
                    rs.getLong("bytes"),
                    rs.getLong("rows"),
                    rs.getBoolean("analysed")),
            schema.value())
        .stream()
        .findFirst();
  }

  /** What the values of the column take, without what the space of their rows costs. */
  Optional<ColumnSize> column(String table, Identifier column, boolean alone) {
    return SqlNames.table(table).map(TableName::quoted).stream()
        .flatMap(quoted -> columns(quoted, column, alone).stream())
        .findFirst();
  }

  private List<ColumnSize> columns(String quoted, Identifier column, boolean alone) {
    return jdbc.query(
        TREE
            + """
            SELECT (SELECT format('%I.%I.%I', n.nspname, c.relname, ?)
                    FROM pg_class c
                    JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.oid = to_regclass(?)) AS name,
                   coalesce(sum(s.avg_width * c.reltuples * (1 - s.null_frac)), 0)::bigint AS bytes,
                   coalesce(bool_and(c.reltuples = 0 OR s.avg_width IS NOT NULL)
                     FILTER (WHERE c.relkind <> 'p'), true) AS analysed
            FROM tree
            JOIN pg_class c USING (oid)
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ? AND NOT a.attisdropped
            LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
              AND s.attname = a.attname AND NOT s.inherited AND c.reltuples > 0
            HAVING count(*) > 0
            """,
        (rs, row) ->
            new ColumnSize(rs.getString("name"), rs.getLong("bytes"), rs.getBoolean("analysed")),
        quoted,
        alone,
        column.value(),
        quoted,
        column.value());
  }

  /** {@code 1.2 GB}: as PostgreSQL writes it, with one digit more. */
  static String pretty(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= STEP && unit < UNITS.size() - 1) {
      value /= STEP;
      unit++;
    }
    return unit == 0
        ? bytes + " bytes"
        : String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS.get(unit));
  }
}
