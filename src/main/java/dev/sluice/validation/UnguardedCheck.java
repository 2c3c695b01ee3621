package dev.sluice.validation;

import org.springframework.jdbc.core.JdbcOperations;

/**
 * A migration without a guard needs a trigger that notes the rows born after its start, and that
 * trigger must tell an insert from a move.
 */
final class UnguardedCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    if (subject.migration().guard() != null) {
      return;
    }
    if (subject.table().kind() == 'p') {
      findings.refuse(
          ("%s is partitioned, and a row that moves to another partition looks like a new one."
                  + " Add a guard (where:) that the change ends.")
              .formatted(subject.table().name()));
    }
    if (!isOwner(subject.jdbc(), subject.table().oid())) {
      findings.refuse(
          ("without a guard (where:) a trigger notes the rows of %s that are new, and only its owner"
                  + " may make and drop it. Run as the owner, or add a guard.")
              .formatted(subject.table().name()));
    }
  }

  static boolean isOwner(JdbcOperations jdbc, long table) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = ?",
            Boolean.class,
            table));
  }
}
