package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.util.List;

/** What the table is, besides what speaks against the migration. */
final class TableNotes implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    Table table = subject.table();
    List<String> children = children(subject);
    if (!children.isEmpty()) {
      findings.note(
          ("%s has tables that inherit from it (%s): their rows are migrated too, and the key must be"
                  + " unique across all of them.")
              .formatted(table.name(), String.join(", ", children)));
    }
    if (isUnlogged(subject)) {
      findings.note("%s is UNLOGGED: a crash of the server empties it.".formatted(table.name()));
    }
    for (Table.Index index : table.indexes()) {
      List<Identifier> covered =
          subject.written().stream().filter(index.allColumns()::contains).toList();
      if (!covered.isEmpty()) {
        findings.note(
            "index '%s' covers %s: updates are not HOT, each writes to every index."
                .formatted(index.name(), Subject.listed(covered)));
      }
    }
  }

  /** Of a plain table; partitions are the table itself. */
  private static List<String> children(Subject subject) {
    return subject
        .jdbc()
        .queryForList(
            """
            SELECT i.inhrelid::regclass::text
            FROM pg_inherits i
            JOIN pg_class c ON c.oid = i.inhparent
            WHERE i.inhparent = ?
              AND c.relkind = 'r'
            ORDER BY 1
            """,
            String.class,
            subject.table().oid());
  }

  private static boolean isUnlogged(Subject subject) {
    return Boolean.TRUE.equals(
        subject
            .jdbc()
            .queryForObject(
                "SELECT relpersistence = 'u' FROM pg_class WHERE oid = ?",
                Boolean.class,
                subject.table().oid()));
  }
}
