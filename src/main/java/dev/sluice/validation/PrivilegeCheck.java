package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.stream.Stream;

/** The role may read and update the table, or at least the columns that are known to be needed. */
final class PrivilegeCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    List<Identifier> written = subject.writtenNow().stream().map(Table.Column::name).toList();
    List<Identifier> read =
        Stream.of(subject.key(), subject.read(), written)
            .flatMap(List::stream)
            .distinct()
            .filter(name -> subject.table().column(name).isPresent())
            .toList();
    demand("SELECT", read, subject, findings);
    demand("UPDATE", written, subject, findings);
  }

  private void demand(
      String privilege, List<Identifier> columns, Subject subject, Findings findings) {
    List<Identifier> denied =
        columns.stream().filter(name -> !isGranted(privilege, name, subject)).toList();
    if (denied.isEmpty()) {
      return;
    }
    findings.refuse(
        "role '%s' may not %s column %s of %s. GRANT %s ON %s TO %s;"
            .formatted(
                subject.role(),
                privilege,
                Subject.listed(denied),
                subject.table().name(),
                privilege,
                subject.table().name().quoted(),
                new Identifier(subject.role()).quoted()));
  }

  private boolean isGranted(String privilege, Identifier column, Subject subject) {
    // true also where the privilege is on the whole table
    return Boolean.TRUE.equals(
        subject
            .jdbc()
            .queryForObject(
                "SELECT has_column_privilege(?::oid, ?::text, ?::text)",
                Boolean.class,
                subject.table().oid(),
                column.value(),
                privilege));
  }
}
