package dev.sluice.validation;

/** Rules that rewrite the backfill's UPDATE. Those of partitions and children do not fire. */
final class RuleCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    subject
        .jdbc()
        .query(
            """
            SELECT rulename, is_instead, ev_qual <> '<>' AS conditional
            FROM pg_rewrite
            WHERE ev_class = ?
              AND ev_type = '2'
              AND ev_enabled IN ('O', 'A')
            ORDER BY 1
            """,
            rs -> {
              judge(
                  subject,
                  rs.getString("rulename"),
                  rs.getBoolean("is_instead"),
                  rs.getBoolean("conditional"),
                  findings);
            },
            subject.table().oid());
  }

  private static void judge(
      Subject subject, String rule, boolean instead, boolean conditional, Findings findings) {
    String where = "rule '%s' on %s".formatted(rule, subject.table().name());
    if (instead && !conditional) {
      findings.refuse(
          ("%s replaces every UPDATE (DO INSTEAD): no row would change."
                  + " Migrate the table that it leads to, or DROP RULE first.")
              .formatted(where));
    } else if (instead) {
      findings.note(
          "%s replaces the UPDATE of the rows under its condition: these stay as they are."
              .formatted(where));
    } else {
      findings.note("%s runs its own statement beside every UPDATE.".formatted(where));
    }
  }
}
