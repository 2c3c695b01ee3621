package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A column that the server computes, {@code STORED} or {@code VIRTUAL}, and one that it is computed
 * from: a column of the same table and never a generated one.
 *
 * @param expression as PostgreSQL prints it: over the table's columns, without the table's name
 */
public record GeneratedColumn(Identifier name, Identifier from, String expression) {

  /** One entry a pair. Takes no lock on the table. */
  public static List<GeneratedColumn> of(JdbcOperations jdbc, Table table) {
    // the depender is the column's default; on old servers the column itself
    return jdbc.query(
        """
        SELECT DISTINCT generated.attname AS name, source.attname AS source,
               pg_get_expr(def.adbin, def.adrelid) AS expression
        FROM pg_attribute generated
        JOIN pg_attrdef def
          ON def.adrelid = generated.attrelid AND def.adnum = generated.attnum
        JOIN pg_depend d
          ON d.classid = 'pg_attrdef'::regclass AND d.objid = def.oid
             OR d.classid = 'pg_class'::regclass
                AND d.objid = generated.attrelid
                AND d.objsubid = generated.attnum
        JOIN pg_attribute source
          ON source.attrelid = d.refobjid AND source.attnum = d.refobjsubid
        WHERE generated.attrelid = CAST(? AS oid)
          AND generated.attgenerated <> ''
          AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid = generated.attrelid
          AND source.attnum > 0
          AND source.attnum <> generated.attnum
        ORDER BY 1, 2
        """,
        (rs, row) ->
            new GeneratedColumn(
                new Identifier(rs.getString("name")),
                new Identifier(rs.getString("source")),
                rs.getString("expression")),
        table.oid());
  }
}
