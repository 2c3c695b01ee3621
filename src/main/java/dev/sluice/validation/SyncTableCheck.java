package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.Sync;
import dev.sluice.postgres.Table;
import dev.sluice.sync.SyncFunction;
import java.util.List;

/**
 * The table can have a sync trigger: the role may make one, nothing leads its rows past it, and
 * none of the table's own triggers comes behind it and changes what it has read.
 */
final class SyncTableCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    if (!(subject.migration().sync() instanceof Sync.Trigger sync)) {
      return;
    }
    if (!isOwner(subject)) {
      findings.refuse(
          ("sync: trigger makes a trigger on %s, and only its owner may make and drop it."
                  + " Run as the owner, or write 'sync: none'.")
              .formatted(subject.table().name()));
    }
    firing(subject, findings);
    generated(subject, sync, findings);
  }

  private static void firing(Subject subject, Findings findings) {
    insteadRules(subject)
        .forEach(
            rule ->
                findings.refuse(
                    ("rule '%s' on %s replaces what the application INSERTs (DO INSTEAD), and a"
                            + " trigger does not see it. DROP RULE, or write 'sync: none'.")
                        .formatted(rule, subject.table().name())));
    laterTriggers(subject)
        .forEach(
            trigger ->
                findings.refuse(
                    ("trigger %s fires behind the sync trigger '%s', by the order of their names, and"
                            + " may change what that has read. ALTER TRIGGER … RENAME TO a name before"
                            + " it, or write 'sync: none'.")
                        .formatted(trigger, name(subject))));
  }

  private static void generated(Subject subject, Sync.Trigger sync, Findings findings) {
    subject.key().stream()
        .flatMap(column -> subject.table().column(column).stream())
        .filter(Table.Column::generated)
        .forEach(
            column ->
                findings.refuse(
                    ("column '%s' of the key is generated, and a trigger that fires before the write"
                            + " does not know it yet. Name another key, or write 'sync: none'.")
                        .formatted(column.name())));
    sync.reverse().keySet().stream()
        .flatMap(column -> subject.table().column(column).stream())
        .filter(column -> column.generated() || column.identityAlways())
        .forEach(
            column ->
                findings.refuse(
                    ("sync.reverse writes column '%s' of %s, which PostgreSQL computes itself and"
                            + " takes no other value for. Leave it out.")
                        .formatted(column.name(), subject.table().name())));
  }

  private static String name(Subject subject) {
    return SyncFunction.triggerOf(subject.migration().id()).value();
  }

  private static boolean isOwner(Subject subject) {
    return Boolean.TRUE.equals(
        subject
            .jdbc()
            .queryForObject(
                "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = ?",
                Boolean.class,
                subject.table().oid()));
  }

  private static List<Identifier> insteadRules(Subject subject) {
    return subject
        .jdbc()
        .query(
            """
            SELECT rulename
            FROM pg_rewrite
            WHERE ev_class = ?
              AND ev_type = '3'
              AND is_instead
              AND ev_enabled IN ('O', 'A')
            ORDER BY 1
            """,
            (rs, row) -> new Identifier(rs.getString(1)),
            subject.table().oid());
  }

  /** Of the table and of its partitions; other migrations' sync triggers fire by their number. */
  private static List<String> laterTriggers(Subject subject) {
    // tgtype: 1 each row, 2 before, 4 insert, 16 update; C orders by bytes, as triggers fire
    return subject
        .jdbc()
        .queryForList(
            """
            SELECT format('%L on %s', t.tgname, t.tgrelid::regclass)
            FROM pg_trigger t
            WHERE (t.tgrelid = ? OR t.tgrelid IN (SELECT relid FROM pg_partition_tree(?)))
              AND NOT t.tgisinternal
              AND t.tgparentid = 0
              AND t.tgtype & 3 = 3
              AND t.tgtype & 20 <> 0
              AND t.tgenabled <> 'D'
              AND t.tgname::text COLLATE "C" > ?
              AND t.tgfoid NOT IN (SELECT oid FROM pg_proc
                                   WHERE pronamespace = to_regnamespace('sluice'))
            ORDER BY 1
            """,
            String.class, subject.table().oid(), subject.table().oid(), name(subject));
  }
}
