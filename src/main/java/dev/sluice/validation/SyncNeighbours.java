package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.sync.SyncFunction;
import dev.sluice.sync.SyncRules;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * Sync triggers of other migrations on the same table fire in the order of the ids, each once for a
 * row: what a later one writes, an earlier one does not see.
 */
final class SyncNeighbours {

  private SyncNeighbours() {}

  /**
   * Another migration's.
   *
   * @param later whether it fires behind ours
   */
  private record Neighbour(
      String id, boolean later, List<Identifier> writes, List<Identifier> reads) {
    Neighbour {
      writes = List.copyOf(writes);
      reads = List.copyOf(reads);
    }
  }

  static void check(SyncRules rules, Subject subject, Findings findings) {
    for (Neighbour other : neighbours(rules, subject)) {
      List<Identifier> unseen =
          other.later()
              ? other.writes().stream().filter(rules.reads()::contains).toList()
              : other.reads().stream().filter(rules.writes()::contains).toList();
      if (!unseen.isEmpty()) {
        findings.refuse(
            ("the sync trigger of '%s' on %s fires %s, and %s what %s: column %s. End that migration"
                    + " first (cleanup or rollback), give the one that reads the higher number, or"
                    + " write 'sync: none'.")
                .formatted(
                    other.id(),
                    subject.table().name(),
                    other.later() ? "behind this one's" : "before this one's",
                    other.later() ? "writes" : "reads",
                    other.later() ? "this migration reads" : "this migration writes",
                    Identifier.listed(unseen)));
      }
    }
  }

  private static List<Neighbour> neighbours(SyncRules rules, Subject subject) {
    return subject
        .jdbc()
        .query(
            """
            SELECT substr(p.proname, length('sync_') + 1) AS id,
                   t.tgname::text COLLATE "C" > ? AS later,
                   ARRAY(SELECT json_object_keys(facts.read -> 'writes')) AS writes,
                   ARRAY(SELECT json_array_elements_text(facts.read -> 'reads')) AS reads
            FROM pg_trigger t
            JOIN pg_proc p ON p.oid = t.tgfoid
            CROSS JOIN LATERAL (SELECT CAST(obj_description(p.oid, 'pg_proc') AS json)) AS facts(read)
            WHERE t.tgrelid = ?
              AND p.pronamespace = to_regnamespace('sluice')
              AND p.proname LIKE 'sync!_%' ESCAPE '!'
              AND t.tgname <> ?
            ORDER BY 1
            """,
            (rs, row) ->
                new Neighbour(
                    rs.getString("id"),
                    rs.getBoolean("later"),
                    names(rs, "writes"),
                    names(rs, "reads")),
            SyncFunction.triggerOf(rules.id()).value(),
            subject.table().oid(),
            SyncFunction.triggerOf(rules.id()).value());
  }

  private static List<Identifier> names(ResultSet rs, String column) throws SQLException {
    Array array = rs.getArray(column);
    return Arrays.stream((String[]) array.getArray()).map(Identifier::new).toList();
  }
}
