package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Lets PostgreSQL plan the guard, every expression and the user's later queries against the real
 * table, after expand: names, types, privileges and functions are right, or it says what is not.
 * Runs none of them.
 */
public final class DataPreflight {

  /** Planning takes milliseconds; this bounds a planner lost in a user's function. */
  private static final Duration PLANNING_MAX = Duration.ofSeconds(30);

  private final JdbcTemplate jdbc;
  private final Inspection inspection;

  public DataPreflight(DataSource dataSource) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.inspection = new Inspection(dataSource, PLANNING_MAX);
  }

  /**
   * All that is wrong, and what to know about the expressions. Changes nothing.
   *
   * @throws org.springframework.dao.DataAccessException if the database does not answer, or holds
   *     the table locked: may be tried again
   */
  public PreflightReport check(DataMigration migration) {
    Findings findings = new Findings();
    Optional<Table> table = new Relation(jdbc).find(migration.table(), findings);
    table.ifPresent(
        found -> {
          String role = jdbc.queryForObject("SELECT current_user", String.class);
          check(new Subject(migration, found, String.valueOf(role), jdbc, inspection), findings);
        });
    return findings.report();
  }

  private void check(Subject subject, Findings findings) {
    DataMigration migration = subject.migration();
    List<Identifier> missing = subject.missing();
    missing.stream()
        .filter(name -> isNeededNow(name, subject) || !subject.constrainMentions(name.value()))
        .forEach(
            name ->
                findings.refuse(
                    "table %s has no column '%s' after expand.up.sql. Correct the name or the script."
                        .formatted(subject.table().name(), name)));
    Planning planning = new Planning(inspection, subject.table(), findings);
    boolean guarded = planning.guard(migration.guardOrTrue());
    String condition = guarded ? migration.guardOrTrue() : "TRUE";
    boolean writable = missing.stream().noneMatch(name -> isNeededNow(name, subject));
    if (migration.change() instanceof Change.SetExpressions set) {
      set.expressions()
          .forEach(
              (column, expression) -> {
                if (!missing.contains(column)
                    && planning.expression(column, expression, condition)) {
                  ExpressionNotes.ofExpression(
                      column, expression, subject.table(), inspection, findings);
                }
              });
      if (findings.report().refusals().isEmpty()) { // else an expression may be wrong
        new OldSideCheck(set, migration.undo()).check(subject, missing, findings);
      }
    } else if (writable && migration.change() instanceof Change.Transform transform) {
      planning.transform(transform, condition);
    }
    if (migration.guard() != null && guarded && writable) {
      new GuardCheck().check(subject, findings);
    }
    if (findings.report().refusals().isEmpty()) { // else its facts cannot be read
      new SyncExpressionCheck(planning).check(subject, findings);
      if (writable) {
        new CaptureScopeCheck().check(subject, findings);
      }
    }
    new AfterQueryCheck(planning).check(subject, findings);
  }

  /** By the backfill, and not only by a check after it. */
  private static boolean isNeededNow(Identifier name, Subject subject) {
    return subject.written().contains(name) || subject.read().contains(name);
  }

  /**
   * The rows under the guard: the planner's estimate, or all rows if it would only guess.
   *
   * @throws org.springframework.dao.DataAccessException if the guard is wrong
   */
  public long rowsToDo(DataMigration migration) {
    return RowsToDo.of(inspection, migration);
  }

  /** All rows, as the planner estimates them. */
  public long rows(Table table) {
    return inspection.read(read -> RowEstimate.of(read, table.name(), "TRUE"));
  }
}
