package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.util.List;

/** A table whose updates are published needs a replica identity, or every UPDATE is an error. */
final class PublicationCheck implements TableCheck {

  private record Published(TableName table, String publications, boolean identified) {}

  @Override
  public void check(Subject subject, Findings findings) {
    for (Published published : published(subject)) {
      if (published.identified()) {
        findings.note(
            "updates of %s are published (%s): watch how far their consumers lag."
                .formatted(published.table(), published.publications()));
      } else {
        findings.refuse(
            ("updates of %1$s are published (%2$s) but it has no replica identity:"
                    + " PostgreSQL refuses to update it. Add a primary key, or"
                    + " ALTER TABLE %3$s REPLICA IDENTITY FULL;")
                .formatted(
                    published.table(), published.publications(), published.table().quoted()));
      }
    }
  }

  private static List<Published> published(Subject subject) {
    // the view knows FOR ALL TABLES, FOR TABLES IN SCHEMA and partitions, in every version
    return subject
        .jdbc()
        .query(
            """
            SELECT n.nspname, c.relname,
                   string_agg(p.pubname::text, ', ' ORDER BY p.pubname) AS publications,
                   c.relreplident = 'f' OR EXISTS (
                     SELECT FROM pg_index i
                     WHERE i.indrelid = c.oid
                       AND i.indisvalid
                       AND i.indimmediate
                       AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                                               WHEN 'i' THEN i.indisreplident
                                               ELSE false END) AS identified
            FROM pg_publication_tables t
            JOIN pg_publication p ON p.pubname = t.pubname AND p.pubupdate
            JOIN pg_namespace n ON n.nspname = t.schemaname
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
            WHERE c.oid = ?
               OR c.oid IN (SELECT relid FROM pg_partition_tree(?))
            GROUP BY n.nspname, c.relname, c.oid, c.relreplident
            ORDER BY 1, 2
            """,
            (rs, row) ->
                new Published(
                    new TableName(
                        new Identifier(rs.getString("nspname")),
                        new Identifier(rs.getString("relname"))),
                    rs.getString("publications"),
                    rs.getBoolean("identified")),
            subject.table().oid(),
            subject.table().oid());
  }
}
