package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Undo;

/** No rule leads the backfill's UPDATE elsewhere. */
final class RuleCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    for (UpdateRule rule : UpdateRule.of(subject)) {
      String where = "rule '%s' on %s".formatted(rule.name(), subject.table().name());
      if (rule.instead() && !rule.conditional()) {
        findings.refuse(
            ("%s replaces every UPDATE (DO INSTEAD): no row would change."
                    + " Migrate the table that it leads to, or DROP RULE first.")
                .formatted(where));
      } else if (keepsJournal(subject)) {
        findings.refuse(
            ("%s: PostgreSQL takes no UPDATE with an undo journal beside such a rule."
                    + " DROP RULE, or write 'undo: none' with 'irreversible: reason'.")
                .formatted(where));
      } else if (rule.instead()) {
        findings.note(
            "%s replaces the UPDATE of the rows under its condition: these stay as they are."
                .formatted(where));
      } else {
        findings.note("%s runs its own statement beside every UPDATE.".formatted(where));
      }
    }
  }

  /** A journal is written by the UPDATE's own statement, which a rule would have to rewrite. */
  private static boolean keepsJournal(Subject subject) {
    DataMigration migration = subject.migration();
    boolean allAreNew = subject.missing().containsAll(subject.written());
    return migration.guard() == null
        || migration.undo() instanceof Undo.Journal
        || (migration.undo() instanceof Undo.Undecided && !allAreNew);
  }
}
