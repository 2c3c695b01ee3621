package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/** Reads {@code pg_catalog}. Every query takes ACCESS SHARE on catalog tables only. */
public final class Catalog {

  private final JdbcOperations jdbc;

  public Catalog(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * @throws IllegalStateException if there is no such table any more
   */
  public Table require(TableName name) {
    return find(name).orElseThrow(() -> new IllegalStateException("table " + name + " is gone"));
  }

  /** The relation of that name, of whatever kind, or empty. */
  public Optional<Table> find(TableName name) {
    return jdbc
        .query(
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind::text AS relkind
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = to_regclass(?)
            """,
            (rs, row) -> table(rs),
            name.quoted())
        .stream()
        .findFirst();
  }

  private Table table(ResultSet rs) throws SQLException {
    long oid = rs.getLong("oid");
    TableName name =
        new TableName(
            new Identifier(rs.getString("nspname")), new Identifier(rs.getString("relname")));
    return new Table(oid, name, rs.getString("relkind").charAt(0), columns(oid), indexes(oid));
  }

  private List<Table.Column> columns(long oid) {
    return jdbc.query(
        """
        SELECT attname, attnum, format_type(atttypid, atttypmod) AS type,
               (WITH RECURSIVE base(type, element) AS (
                  SELECT atttypid, typbasetype FROM pg_type WHERE oid = atttypid
                  UNION ALL
                  SELECT element, typbasetype FROM base JOIN pg_type ON oid = element)
                SELECT format_type(type, -1) FROM base WHERE element = 0) AS unbounded_type,
               attnotnull, attgenerated <> '' AS generated, attidentity = 'a' AS identity_always
        FROM pg_attribute
        WHERE attrelid = ?
          AND attnum > 0
          AND NOT attisdropped
        ORDER BY attnum
        """,
        (rs, row) ->
            new Table.Column(
                new Identifier(rs.getString("attname")),
                rs.getInt("attnum"),
                rs.getString("type"),
                rs.getString("unbounded_type"),
                rs.getBoolean("attnotnull"),
                rs.getBoolean("generated"),
                rs.getBoolean("identity_always")),
        oid);
  }

  private List<Table.Index> indexes(long oid) {
    // pg_depend also knows the columns that expressions and predicates of an index refer to
    return jdbc.query(
        """
        SELECT c.relname, i.indisunique, i.indisprimary,
               CASE WHEN i.indexprs IS NULL THEN
                 ARRAY(SELECT a.attname::text
                       FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                       WHERE k.place <= i.indnkeyatts
                       ORDER BY k.place)
               ELSE '{}'::text[] END AS key_columns,
               ARRAY(SELECT DISTINCT a.attname::text
                     FROM pg_attribute a
                     WHERE a.attrelid = i.indrelid
                       AND (a.attnum = ANY (i.indkey::int2[])
                            OR EXISTS (SELECT FROM pg_depend d
                                       WHERE d.classid = 'pg_class'::regclass
                                         AND d.objid = i.indexrelid
                                         AND d.refobjid = i.indrelid
                                         AND d.refobjsubid = a.attnum))
                     ORDER BY 1) AS all_columns
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = ?
        ORDER BY i.indisprimary DESC, c.relname
        """,
        (rs, row) ->
            new Table.Index(
                new Identifier(rs.getString("relname")),
                rs.getBoolean("indisunique"),
                rs.getBoolean("indisprimary"),
                identifiers(rs, "key_columns"),
                identifiers(rs, "all_columns")),
        oid);
  }

  private static List<Identifier> identifiers(ResultSet rs, String column) throws SQLException {
    String[] names = (String[]) rs.getArray(column).getArray();
    return Arrays.stream(names).map(Identifier::new).toList();
  }
}
