package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import java.util.List;
import java.util.stream.Stream;

/**
 * A user's trigger that the backfill's updates set off.
 *
 * @param table of the trigger: the migration's, or a partition of it
 * @param function with its signature
 */
record FiredTrigger(String name, String table, String timing, String level, String function) {

  static List<FiredTrigger> of(Subject subject) {
    // UPDATE OF a generated column fires for the columns that it is computed from
    String[] changed =
        Stream.concat(subject.written().stream(), ConstraintNotes.generatedFrom(subject).stream())
            .map(Identifier::value)
            .toArray(String[]::new);
    // not ours: they only follow a key, for the undo of another migration
    // tgtype: 1 each row, 2 before, 16 update; of an origin session, as ours is; partitions' own
    // too
    return subject
        .jdbc()
        .query(
            """
            SELECT t.tgname, t.tgrelid::regclass::text AS on_table,
                   CASE WHEN t.tgtype & 2 <> 0 THEN 'BEFORE' ELSE 'AFTER' END AS timing,
                   CASE WHEN t.tgtype & 1 <> 0 THEN 'row' ELSE 'statement' END AS level,
                   t.tgfoid::regprocedure::text AS function
            FROM pg_trigger t
            WHERE (t.tgrelid = ? OR t.tgrelid IN (SELECT relid FROM pg_partition_tree(?)))
              AND NOT t.tgisinternal
              AND t.tgparentid = 0
              AND t.tgfoid NOT IN (SELECT oid FROM pg_proc
                                   WHERE pronamespace = to_regnamespace('sluice'))
              AND t.tgenabled IN ('O', 'A')
              AND t.tgtype & 16 <> 0
              AND (cardinality(t.tgattr::int2[]) = 0
                   OR EXISTS (SELECT FROM pg_attribute a
                              WHERE a.attrelid = t.tgrelid
                                AND a.attnum = ANY (t.tgattr::int2[])
                                AND a.attname = ANY (?)))
            ORDER BY 2, 1
            """,
            (rs, row) ->
                new FiredTrigger(
                    rs.getString("tgname"),
                    rs.getString("on_table"),
                    rs.getString("timing"),
                    rs.getString("level"),
                    rs.getString("function")),
            subject.table().oid(),
            subject.table().oid(),
            changed);
  }
}
