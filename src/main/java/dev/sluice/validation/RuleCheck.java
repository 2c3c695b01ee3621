package dev.sluice.validation;

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
      } else if (rule.instead()) {
        findings.note(
            "%s replaces the UPDATE of the rows under its condition: these stay as they are."
                .formatted(where));
      } else {
        findings.note("%s runs its own statement beside every UPDATE.".formatted(where));
      }
    }
  }
}
