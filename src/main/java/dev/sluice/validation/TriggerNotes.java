package dev.sluice.validation;

/** Triggers that the backfill's updates set off. */
final class TriggerNotes implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    // tgtype: 1 each row, 2 before, 16 update; of an origin session, as ours is; partitions' own
    // too
    subject
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
              AND t.tgenabled IN ('O', 'A')
              AND t.tgtype & 16 <> 0
              AND (cardinality(t.tgattr::int2[]) = 0
                   OR EXISTS (SELECT FROM pg_attribute a
                              WHERE a.attrelid = t.tgrelid
                                AND a.attnum = ANY (t.tgattr::int2[])
                                AND a.attname = ANY (?)))
            ORDER BY 2, 1
            """,
            rs -> {
              findings.note(
                  "trigger '%s' on %s fires %s each %s: function %s."
                      .formatted(
                          rs.getString("tgname"),
                          rs.getString("on_table"),
                          rs.getString("timing"),
                          rs.getString("level"),
                          rs.getString("function")));
            },
            subject.table().oid(),
            subject.table().oid(),
            subject.writtenNames());
  }
}
