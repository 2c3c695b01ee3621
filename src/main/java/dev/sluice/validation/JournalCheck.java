package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The undo journal can keep the written columns: an image can be made of each and, without a guard,
 * a row that is born can be noted without old values.
 *
 * <p>Asked in preflight for the columns that are there, if a journal is certain; for the others
 * when expand has added them and the way back is decided.
 */
public final class JournalCheck implements TableCheck {

  private static final Duration EXPRESSION_MAX = Duration.ofSeconds(30);

  @Override
  public void check(Subject subject, Findings findings) {
    if (isCertain(subject)) {
      List<Identifier> there = subject.writtenNow().stream().map(Table.Column::name).toList();
      refusals(subject.inspection(), subject.table(), there, subject.migration().guard() == null)
          .forEach(findings::refuse);
    }
  }

  /** A written column that is there before expand cannot be taken back by dropping it. */
  private static boolean isCertain(Subject subject) {
    Undo undo = subject.migration().undo();
    return undo instanceof Undo.Journal
        || (undo instanceof Undo.Undecided
            && (subject.migration().guard() == null || !subject.writtenNow().isEmpty()));
  }

  /** What speaks against a journal of the written columns, one line each. */
  public static List<String> refusals(
      DataSource dataSource, Table expanded, DataMigration migration) {
    return refusals(
        new Inspection(dataSource, EXPRESSION_MAX),
        expanded,
        migration.change().writtenColumns(),
        migration.guard() == null);
  }

  private static List<String> refusals(
      Inspection inspection, Table table, List<Identifier> columns, boolean unguarded) {
    List<String> refusals = new ArrayList<>();
    for (Table.Column column :
        BinaryForm.missing(new JdbcTemplate(inspection.dataSource()), table, columns)) {
      refusals.add(
          "column '%s' of %s has type %s, which has no binary form, and the undo journal could not tell its values from later ones. Write undo: none and irreversible:, or change a column of another type."
              .formatted(column.name(), table.name(), column.type()));
    }
    if (unguarded) {
      columns.stream()
          .flatMap(name -> table.column(name).stream())
          .filter(column -> !takesNull(column, inspection))
          .forEach(
              column ->
                  refusals.add(
                      "column '%s' of %s has type %s, a domain that forbids NULL, and without a guard (where:) the journal notes new rows with NULL there: every INSERT would fail. Add a guard."
                          .formatted(column.name(), table.name(), column.type())));
    }
    return refusals;
  }

  /** A domain may say NOT NULL, or CHECK (VALUE IS NOT NULL), or be of one that does. */
  private static boolean takesNull(Table.Column column, Inspection inspection) {
    try {
      inspection.read(
          jdbc -> jdbc.queryForList("SELECT CAST(NULL AS %s)".formatted(column.type())));
      return true;
    } catch (DataAccessException e) {
      if (ServerError.of(e).filter(ServerError::isAboutAValue).isPresent()) {
        return false;
      }
      throw e;
    }
  }
}
