package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * A unique btree index over plain columns, as a carrier of keyset paging.
 *
 * @param columns its key columns, in order
 * @param fault why it cannot carry paging by {@code ORDER BY} its columns; empty: it can
 */
record KeyIndex(Identifier name, List<Identifier> columns, String fault) {

  KeyIndex {
    columns = List.copyOf(columns);
  }

  /** Of the table, the primary key's first. An index with expressions is no key. */
  static List<KeyIndex> of(Subject subject) {
    // indoption: bit 0 is DESC, bit 1 is NULLS FIRST; 3 throughout is 0 throughout, read backwards
    return subject
        .jdbc()
        .query(
            """
            SELECT c.relname,
                   ARRAY(SELECT a.attname::text
                         FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                         WHERE k.place <= i.indnkeyatts
                         ORDER BY k.place) AS columns,
                   concat_ws(', ',
                     CASE WHEN NOT i.indisvalid OR NOT i.indisready
                       THEN 'invalid: its building failed or is not over' END,
                     CASE WHEN i.indpred IS NOT NULL THEN 'partial' END,
                     CASE WHEN NOT i.indimmediate THEN 'deferrable' END,
                     CASE WHEN NOT (0 = ALL (i.indoption::int2[]) OR 3 = ALL (i.indoption::int2[]))
                       THEN 'in mixed order (ASC, DESC, NULLS FIRST)' END,
                     CASE WHEN EXISTS (SELECT FROM pg_opclass o
                                       WHERE o.oid = ANY (i.indclass::oid[]) AND NOT o.opcdefault)
                       THEN 'of another operator class than the default' END,
                     CASE WHEN EXISTS (
                         SELECT FROM unnest(i.indkey::int2[], i.indcollation::oid[])
                           AS k(attnum, collation_oid)
                         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                         WHERE k.collation_oid <> 0
                           AND k.collation_oid <> a.attcollation)
                       THEN 'of another collation than the column' END) AS fault
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            JOIN pg_am am ON am.oid = c.relam
            WHERE i.indrelid = ?
              AND i.indisunique
              AND i.indexprs IS NULL
              AND am.amname = 'btree'
            ORDER BY i.indisprimary DESC, c.relname
            """,
            (rs, row) -> read(rs),
            subject.table().oid());
  }

  private static KeyIndex read(ResultSet rs) throws SQLException {
    String[] columns = (String[]) rs.getArray("columns").getArray();
    return new KeyIndex(
        new Identifier(rs.getString("relname")),
        Arrays.stream(columns).map(Identifier::new).toList(),
        rs.getString("fault"));
  }
}
