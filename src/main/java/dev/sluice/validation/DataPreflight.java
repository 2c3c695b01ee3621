package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Migration;
import dev.sluice.postgres.Table;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Lets PostgreSQL plan the guard and every expression against the real table, after expand: names,
 * types, privileges and functions are right, or it says what is not. Runs none of them.
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
  public PreflightReport check(Migration migration) {
    Findings findings = new Findings();
    Optional<Table> table = new Relation(jdbc).find(migration.table(), findings);
    table.ifPresent(found -> check(migration, found, findings));
    return findings.report();
  }

  private void check(Migration migration, Table table, Findings findings) {
    List<Identifier> missing = missing(migration, table);
    missing.forEach(
        name ->
            findings.refuse(
                "table %s has no column '%s' after expand.up.sql. Correct the name or the script."
                    .formatted(table.name(), name)));
    Planning planning = new Planning(inspection, table, findings);
    boolean guarded = planning.guard(migration.guardOrTrue());
    String condition = guarded ? migration.guardOrTrue() : "TRUE";
    if (migration.change() instanceof Change.SetExpressions set) {
      set.expressions()
          .forEach(
              (column, expression) -> {
                if (!missing.contains(column)
                    && planning.expression(column, expression, condition)) {
                  ExpressionNotes.ofExpression(column, expression, table, inspection, findings);
                }
              });
    } else if (missing.isEmpty() && migration.change() instanceof Change.Transform transform) {
      planning.transform(transform, condition);
    }
    String guard = migration.guard();
    if (guarded && guard != null) {
      ExpressionNotes.ofGuard(migration, guard, table, inspection, findings);
    }
  }

  private static List<Identifier> missing(Migration migration, Table table) {
    Stream<Identifier> read =
        migration.change() instanceof Change.Transform transform
            ? transform.read().stream()
            : Stream.of();
    Predicate<Identifier> exists = name -> table.column(name).isPresent();
    return Stream.concat(migration.change().writtenColumns().stream(), read)
        .distinct()
        .filter(exists.negate())
        .toList();
  }

  /**
   * The rows under the guard, as the planner estimates them.
   *
   * @throws org.springframework.dao.DataAccessException if the guard is wrong
   */
  public long rowsToDo(Migration migration) {
    return inspection.read(
        read -> RowEstimate.of(read, migration.table(), migration.guardOrTrue()));
  }
}
