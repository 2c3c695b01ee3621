package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A constant that a column has where nobody gave it a value. Defaults that are computed anew each
 * time are left out: nobody can tell such a value from one that was given.
 *
 * @param type as PostgreSQL prints it, fit for a cast
 * @param expression as PostgreSQL prints it; both qualify names as far as the session's search path
 *     needs it
 */
public record ColumnDefault(Identifier column, String type, String expression) {

  /** Of these columns, as the catalog has it now. Takes no lock on the table. */
  public static List<ColumnDefault> of(JdbcOperations jdbc, long table, List<Identifier> columns) {
    return jdbc.query(
        """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type,
               pg_get_expr(def.adbin, def.adrelid) AS expression
        FROM pg_attribute a
        JOIN pg_attrdef def ON def.adrelid = a.attrelid AND def.adnum = a.attnum
        WHERE a.attrelid = CAST(? AS oid)
          AND a.attname = ANY (?)
          AND a.attgenerated = ''
          AND def.adbin::text NOT LIKE '%{SQLVALUEFUNCTION %'
          AND def.adbin::text NOT LIKE '%{NEXTVALUEEXPR %'
          AND NOT EXISTS (SELECT
                          FROM regexp_matches(
                            def.adbin::text, ':(?:funcid|opfuncid) (\\d+)', 'g') AS found(oids)
                          JOIN pg_proc p ON p.oid = found.oids[1]::oid
                          WHERE p.provolatile <> 'i')
        ORDER BY a.attnum
        """,
        (rs, row) ->
            new ColumnDefault(
                new Identifier(rs.getString("attname")),
                rs.getString("type"),
                rs.getString("expression")),
        table,
        columns.stream().map(Identifier::value).toArray(String[]::new));
  }

  /** As a value of the column's type. */
  public String value() {
    return "CAST((%s) AS %s)".formatted(expression, type);
  }
}
