package dev.sluice.validation;

import dev.sluice.migration.Identifier;

/** Row-level security hides rows silently: measured, 2 of 5 rows were updated and no error told. */
final class RowSecurityCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    Boolean active =
        subject
            .jdbc()
            .queryForObject(
                "SELECT row_security_active(?::oid)", Boolean.class, subject.table().oid());
    if (Boolean.TRUE.equals(active)) {
      findings.refuse(
          ("row-level security of %1$s applies to role '%2$s' and would hide rows from the migration."
                  + " ALTER ROLE %3$s BYPASSRLS; or run it as a role that the policies do not bind.")
              .formatted(
                  subject.table().name(), subject.role(), new Identifier(subject.role()).quoted()));
    }
  }
}
