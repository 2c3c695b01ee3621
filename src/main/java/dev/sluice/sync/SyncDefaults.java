package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Table;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * What columns hold that an INSERT does not name, as it was when the sync trigger was made: that
 * tells a column nobody has written. {@code constrain.up.sql} may give the column another default
 * later, which is then a value of the application like any other. Kept as the comment on the
 * trigger's function: it goes where that goes.
 */
public final class SyncDefaults {

  private SyncDefaults() {}

  /** SQL for each, as PostgreSQL prints it; a column without a default is not in it. */
  public static Map<Identifier, String> read(
      JdbcOperations jdbc, MigrationId id, Table table, Collection<Identifier> columns) {
    String[] names = columns.stream().map(Identifier::value).toArray(String[]::new);
    String kept =
        jdbc.queryForObject(
            "SELECT obj_description(to_regprocedure(?), 'pg_proc')",
            String.class,
            SyncFunction.nameOf(id) + "()");
    return kept == null ? ofTheCatalog(jdbc, table, names) : ofTheComment(jdbc, kept, names);
  }

  private static Map<Identifier, String> ofTheCatalog(
      JdbcOperations jdbc, Table table, String[] names) {
    Map<Identifier, String> defaults = new LinkedHashMap<>();
    jdbc.query(
        """
        SELECT name, value
        FROM (SELECT a.attnum, a.attname AS name,
                     coalesce(pg_get_expr(d.adbin, d.adrelid), pg_get_expr(t.typdefaultbin, 0)) AS value
              FROM pg_attribute a
              JOIN pg_type t ON t.oid = a.atttypid -- a domain may have a default of its own
              LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
              WHERE a.attrelid = CAST(? AS oid)
                AND a.attname = ANY (?)
                AND a.attgenerated = '') AS each_column
        WHERE value NOT LIKE 'NULL::%' -- as it prints a DEFAULT that is none
        ORDER BY attnum
        """,
        row -> {
          defaults.put(new Identifier(row.getString(1)), row.getString(2));
        },
        table.oid(),
        names);
    return defaults;
  }

  private static Map<Identifier, String> ofTheComment(
      JdbcOperations jdbc, String kept, String[] names) {
    Map<Identifier, String> defaults = new LinkedHashMap<>();
    jdbc.query(
        """
        SELECT key, value
        FROM json_each_text(CAST(? AS json) -> 'writes')
        WHERE key = ANY (?) AND value IS NOT NULL
        """,
        row -> {
          defaults.put(new Identifier(row.getString(1)), row.getString(2));
        },
        kept,
        names);
    return defaults;
  }

  /**
   * The statement that keeps them, with the columns that the trigger reads: for other migrations of
   * the table.
   */
  public static String keep(JdbcOperations jdbc, SyncRules rules) {
    return String.valueOf(
        jdbc.queryForObject(
            """
            SELECT format('COMMENT ON FUNCTION %s() IS %L', CAST(? AS text),
                          json_build_object(
                            'writes', json_object(CAST(? AS text[]), CAST(? AS text[])),
                            'reads', to_json(CAST(? AS text[])),
                            'marks', to_json(CAST(? AS text[]))))
            """,
            String.class,
            SyncFunction.nameOf(rules.id()),
            rules.writes().stream().map(Identifier::value).toArray(String[]::new),
            rules.writes().stream().map(rules.defaults()::get).toArray(String[]::new),
            rules.reads().stream().map(Identifier::value).toArray(String[]::new),
            rules.marks().stream().map(Identifier::value).toArray(String[]::new)));
  }

  /**
   * Of these columns, which the migration has added: where a value stands there, the application
   * has given it, or the trigger has computed it, whatever the guard says. By column, as SQL over
   * the table's row that is never NULL. As the trigger's function was made: at this launch.
   */
  public static Map<Identifier, String> given(
      JdbcOperations jdbc, MigrationId id, Table table, Collection<Identifier> added) {
    Map<Identifier, String> defaults = read(jdbc, id, table, added);
    Map<Identifier, String> given = new LinkedHashMap<>();
    jdbc.query(
        """
        SELECT name
        FROM json_array_elements_text(
               CAST(obj_description(to_regprocedure(?), 'pg_proc') AS json) -> 'marks') AS name
        WHERE name = ANY (?)
        """,
        row -> {
          Identifier column = new Identifier(row.getString(1));
          String value = table.name().name().quoted() + "." + column.quoted();
          given.put(
              column, "NOT " + SyncConditions.isEmpty(value, defaults.get(column), table, column));
        },
        SyncFunction.nameOf(id) + "()",
        added.stream().map(Identifier::value).toArray(String[]::new));
    return given;
  }
}
