package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;

/**
 * PostgreSQL's own last word on an UPDATE of the table: for whatever the other checks do not know,
 * of this version or of a later one. Asked before expand, so on a column that is there already.
 */
final class UpdateCheck implements TableCheck {

  @Override
  public void check(Subject subject, Findings findings) {
    if (findings.report().isRefused()) {
      return; // it would repeat one of the reasons, in words that name less
    }
    column(subject).flatMap(name -> refused(subject, name)).ifPresent(findings::refuse);
  }

  /** One that the role may update; empty: all of them are still to come. */
  private static Optional<Identifier> column(Subject subject) {
    return Stream.concat(subject.writtenNow().stream(), subject.table().columns().stream())
        .filter(column -> !column.generated() && !column.identityAlways())
        .map(Table.Column::name)
        .filter(name -> PrivilegeCheck.isGranted("UPDATE", name, subject))
        .findFirst();
  }

  /** Without a condition, so that no partition is left out. Takes ROW EXCLUSIVE while it plans. */
  private static Optional<String> refused(Subject subject, Identifier column) {
    String sql =
        "EXPLAIN UPDATE %s SET %2$s = %2$s"
            .formatted(subject.table().name().quoted(), column.quoted());
    try {
      subject.inspection().read(jdbc -> jdbc.queryForList(sql, String.class));
      return Optional.empty();
    } catch (DataAccessException e) {
      ServerError error = ServerError.of(e).orElseThrow(() -> e);
      if (SqlStates.isTransient(e) || SqlStates.isTimeout(e)) {
        throw e;
      }
      return Optional.of(
          "PostgreSQL refuses every UPDATE of %s: %s%s Remove what it names, then run again."
              .formatted(
                  subject.table().name(),
                  error.text(),
                  error.detail().isEmpty() ? "." : ". " + error.detail()));
    }
  }
}
