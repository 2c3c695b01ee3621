package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The role may read and update the table, or at least the columns that are known to be needed. */
final class PrivilegeCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    List<Identifier> written = subject.writtenNow().stream().map(Table.Column::name).toList();
    List<Identifier> read =
        Stream.concat(subject.key().stream(), subject.named().stream())
            .distinct()
            .filter(name -> subject.table().column(name).isPresent())
            .toList();
    demand("SELECT", read, subject, findings);
    // locking a row needs UPDATE as well, on any column
    demand("UPDATE", written, subject, findings);
    if (denied("SELECT", read, subject).isEmpty()) {
      demandVersions(subject, findings);
    }
  }

  /**
   * A transform takes a row's {@code xmin} for its version; the sweep finds out by {@code xmax} who
   * holds a row. A grant on columns does not include the system columns, unless it names them.
   */
  private void demandVersions(Subject subject, Findings findings) {
    List<Identifier> versions =
        Stream.concat(subject.read().isEmpty() ? Stream.of() : Stream.of("xmin"), Stream.of("xmax"))
            .map(Identifier::new)
            .toList();
    List<Identifier> denied = denied("SELECT", versions, subject);
    if (!denied.isEmpty()) {
      findings.refuse(
          ("role '%1$s' may SELECT single columns of %2$s, but not %3$s, which tells a row's version"
                  + " and who holds it. GRANT SELECT ON %4$s TO %6$s; or"
                  + " GRANT SELECT (%5$s) ON %4$s TO %6$s;")
              .formatted(
                  subject.role(),
                  subject.table().name(),
                  Identifier.listed(denied),
                  subject.table().name().quoted(),
                  denied.stream().map(Identifier::value).collect(Collectors.joining(", ")),
                  new Identifier(subject.role()).quoted()));
    }
  }

  private void demand(
      String privilege, List<Identifier> columns, Subject subject, Findings findings) {
    List<Identifier> denied = denied(privilege, columns, subject);
    if (denied.isEmpty()) {
      return;
    }
    findings.refuse(
        "role '%s' may not %s column %s of %s. GRANT %s ON %s TO %s;"
            .formatted(
                subject.role(),
                privilege,
                Identifier.listed(denied),
                subject.table().name(),
                privilege,
                subject.table().name().quoted(),
                new Identifier(subject.role()).quoted()));
  }

  private List<Identifier> denied(String privilege, List<Identifier> columns, Subject subject) {
    return columns.stream().filter(name -> !isGranted(privilege, name, subject)).toList();
  }

  static boolean isGranted(String privilege, Identifier column, Subject subject) {
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
