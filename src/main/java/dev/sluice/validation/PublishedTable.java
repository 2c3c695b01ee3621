package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A table with rows of the migration's, whose updates are published: the table itself, or a
 * partition of it. A publication of the root holds for its partitions, each with its own replica
 * identity.
 *
 * @param identityKind {@code relreplident}: d primary key, i index, f full, n nothing
 * @param identity columns of the replica identity's index; empty: FULL, or there is none
 */
record PublishedTable(
    TableName name, char identityKind, List<String> identity, List<Publication> publications) {

  /**
   * One that publishes updates.
   *
   * @param columns its column list; empty: all columns
   * @param filtered columns of its row filter
   */
  record Publication(String name, List<String> columns, List<String> filtered) {}

  static List<PublishedTable> of(Subject subject) {
    // The view knows FOR ALL TABLES, FOR TABLES IN SCHEMA and publish_via_partition_root, where it
    // names the topmost published ancestor, whose list and filter hold. As jsonb, because the
    // columns prattrs and prqual came with PostgreSQL 15.
    Map<TableName, PublishedTable> tables = new LinkedHashMap<>();
    subject
        .jdbc()
        .query(
            """
            WITH RECURSIVE tree (oid) AS (
              SELECT ?::oid
              UNION
              SELECT i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.oid
            )
            SELECT n.nspname, c.relname, c.relreplident, p.pubname,
                   ARRAY(SELECT a.attname::text
                         FROM pg_index i
                         CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                         WHERE i.indrelid = c.oid
                           AND k.place <= i.indnkeyatts
                           AND i.indisvalid
                           AND i.indimmediate
                           AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                                                   WHEN 'i' THEN i.indisreplident
                                                   ELSE false END
                         ORDER BY k.place) AS identity,
                   ARRAY(SELECT a.attname::text
                         FROM pg_attribute a
                         WHERE a.attrelid = pr.prrelid
                           AND to_jsonb(pr) -> 'prattrs' @> to_jsonb(a.attnum)
                         ORDER BY a.attnum) AS columns,
                   ARRAY(SELECT DISTINCT a.attname::text
                         FROM regexp_matches(
                           to_jsonb(pr) ->> 'prqual', ':varattno (\\d+)', 'g') AS found(numbers)
                         JOIN pg_attribute a ON a.attrelid = pr.prrelid
                          AND a.attnum = found.numbers[1]::int2
                         ORDER BY 1) AS filtered
            FROM tree
            JOIN pg_class c ON c.oid = tree.oid AND c.relkind = 'r'
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN LATERAL (SELECT c.oid
                          UNION
                          SELECT relid FROM pg_partition_ancestors(c.oid)) AS line (oid) ON true
            JOIN pg_class l ON l.oid = line.oid
            JOIN pg_namespace ln ON ln.oid = l.relnamespace
            JOIN pg_publication_tables t ON t.schemaname = ln.nspname AND t.tablename = l.relname
            JOIN pg_publication p ON p.pubname = t.pubname AND p.pubupdate
            LEFT JOIN pg_publication_rel pr ON pr.prpubid = p.oid AND pr.prrelid = l.oid
            ORDER BY 1, 2, p.pubname
            """,
            rs -> {
              PublishedTable row = read(rs);
              tables.merge(row.name(), row, PublishedTable::with);
            },
            subject.table().oid());
    return List.copyOf(tables.values());
  }

  private static PublishedTable read(ResultSet rs) throws SQLException {
    return new PublishedTable(
        new TableName(
            new Identifier(rs.getString("nspname")), new Identifier(rs.getString("relname"))),
        rs.getString("relreplident").charAt(0),
        texts(rs, "identity"),
        List.of(
            new Publication(rs.getString("pubname"), texts(rs, "columns"), texts(rs, "filtered"))));
  }

  private static List<String> texts(ResultSet rs, String column) throws SQLException {
    return Arrays.asList((String[]) rs.getArray(column).getArray());
  }

  private PublishedTable with(PublishedTable other) {
    List<Publication> all = new ArrayList<>(publications);
    all.addAll(other.publications);
    return new PublishedTable(name, identityKind, identity, all);
  }

  boolean isFull() {
    return identityKind == 'f';
  }

  boolean isIdentified() {
    return isFull() || !identity.isEmpty();
  }

  /** Of these columns, those that an old row's replica identity does not tell. */
  List<String> outsideIdentity(List<String> columns) {
    return isFull()
        ? List.of()
        : columns.stream().filter(column -> !identity.contains(column)).toList();
  }

  /** {@code everything, listed}. */
  String publicationNames() {
    return publications.stream().map(Publication::name).collect(Collectors.joining(", "));
  }

  /** {@code 'a', 'b'}. */
  static String listed(List<String> columns) {
    return columns.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }
}
