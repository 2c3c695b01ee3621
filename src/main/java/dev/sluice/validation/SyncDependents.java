package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Table;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Sync and capture triggers of other migrations that stand on columns which are to be dropped.
 * Found late, PostgreSQL refuses the DROP when this migration's own trigger is gone already.
 */
public final class SyncDependents {

  private final JdbcOperations jdbc;

  public SyncDependents(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * One line a migration and column; empty: none stands in the way.
   *
   * @param dropped columns of the table
   * @param file that drops them
   */
  public List<String> refusals(MigrationId id, Table table, List<Identifier> dropped, String file) {
    // a trigger's WHEN clause names all that its function needs
    return jdbc.query(
        """
        SELECT DISTINCT named.part[1] AS kind, named.part[2] AS id, a.attname
        FROM pg_trigger t
        JOIN pg_proc p ON p.oid = t.tgfoid
        CROSS JOIN LATERAL regexp_match(p.proname, '^(sync|capture)_(.*)$') AS named(part)
        JOIN pg_depend d ON d.classid = 'pg_trigger'::regclass
          AND d.objid = t.oid
          AND d.refclassid = 'pg_class'::regclass
          AND d.refobjid = t.tgrelid
        JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum = d.refobjsubid
        WHERE t.tgrelid = CAST(? AS oid)
          AND p.pronamespace = to_regnamespace('sluice')
          AND named.part[2] <> ?
          AND a.attname = ANY (?)
        ORDER BY 2, 1, 3
        """,
        (rs, row) ->
            ("%s drops column '%s' of %s, which the %s trigger of '%s' needs. Roll back or clean up"
                    + " %5$s first.")
                .formatted(
                    file,
                    rs.getString("attname"),
                    table.name(),
                    rs.getString("kind"),
                    rs.getString("id")),
        table.oid(),
        id.value(),
        dropped.stream().map(Identifier::value).toArray(String[]::new));
  }
}
