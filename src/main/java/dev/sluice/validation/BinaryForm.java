package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/** Which columns have a binary form, which an image of a row is made of. */
final class BinaryForm {

  private BinaryForm() {}

  /**
   * Those whose type has none, or whose elements, fields or bounds have none: {@code aclitem} is
   * the one of PostgreSQL's own; an extension may bring others.
   */
  static List<Table.Column> missing(JdbcOperations jdbc, Table table, List<Identifier> columns) {
    List<String> names =
        jdbc.queryForList(
            """
            WITH RECURSIVE part(attname, type) AS (
              SELECT attname, atttypid
              FROM pg_attribute
              WHERE attrelid = CAST(? AS oid)
                AND attname = ANY (?)
                AND NOT attisdropped
              UNION
              SELECT part.attname, inner_part.type
              FROM part
              JOIN pg_type t ON t.oid = part.type
              CROSS JOIN LATERAL (
                SELECT t.typbasetype
                UNION ALL
                SELECT t.typelem WHERE t.typcategory = 'A'
                UNION ALL
                SELECT atttypid
                FROM pg_attribute
                WHERE attrelid = t.typrelid AND attnum > 0 AND NOT attisdropped
                UNION ALL
                SELECT rngsubtype FROM pg_range WHERE t.oid IN (rngtypid, rngmultitypid)
              ) AS inner_part(type)
              WHERE inner_part.type <> 0)
            SELECT DISTINCT part.attname
            FROM part
            JOIN pg_type t ON t.oid = part.type
            WHERE t.typsend = 0
            """,
            String.class,
            table.oid(),
            columns.stream().map(Identifier::value).toArray(String[]::new));
    return table.columns().stream().filter(c -> names.contains(c.name().value())).toList();
  }
}
