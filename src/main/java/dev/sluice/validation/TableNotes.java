package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.util.List;

/** What the table is, besides what speaks against the migration. */
final class TableNotes implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    Table table = subject.table();
    if (isUnlogged(subject)) {
      findings.note("%s is UNLOGGED: a crash of the server empties it.".formatted(table.name()));
    }
    for (Table.Index index : table.indexes()) {
      List<Identifier> covered =
          subject.written().stream().filter(index.allColumns()::contains).toList();
      if (!covered.isEmpty()) {
        findings.note(
            "index '%s' covers %s: updates are not HOT, each writes to every index."
                .formatted(index.name(), Identifier.listed(covered)));
      }
    }
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
