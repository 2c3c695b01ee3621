package dev.sluice.validation;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;

/**
 * Plans statements with the user's SQL in them, each in a read-only transaction of its own, and
 * refuses those that PostgreSQL refuses, with the place of the fault in the user's text.
 *
 * <p>EXPLAIN of an UPDATE takes ROW EXCLUSIVE for the moment of planning: it blocks no reader and
 * no writer, and waits for no longer than the inspection's lock timeout.
 */
final class Planning {
  private final Inspection inspection;
  private final TableName table;
  private final Findings findings;

  Planning(Inspection inspection, Table table, Findings findings) {
    this.inspection = inspection;
    this.table = table.name();
    this.findings = findings;
  }

  /** Whether it is a condition over the table's row. */
  boolean guard(String guard) {
    return plan("where", "SELECT FROM %s WHERE (\n".formatted(table.quoted()), guard, "\n)");
  }

  /** Whether it can be assigned to the column. */
  boolean expression(Identifier column, String expression, String guard) {
    return plan(
        "set." + column,
        "UPDATE %s SET %s = (\n".formatted(table.quoted(), column.quoted()),
        expression,
        "\n) WHERE (\n%s\n)".formatted(guard));
  }

  /** Whether it can be assigned to an old column, of rows inside the guard and outside. */
  boolean reverse(Identifier column, String expression) {
    return plan(
        "sync.reverse." + column,
        "UPDATE %s SET %s = (\n".formatted(table.quoted(), column.quoted()),
        expression,
        "\n)");
  }

  /** Whether its columns may be read and written. */
  boolean transform(Change.Transform transform, String guard) {
    String assignments =
        transform.write().stream()
            .map(name -> "%1$s = %1$s".formatted(name.quoted()))
            .collect(Collectors.joining(", "));
    boolean readable =
        plan(
            "transform.read",
            "SELECT ",
            columns(transform.read()),
            " FROM %s WHERE (\n%s\n)".formatted(table.quoted(), guard));
    boolean writable =
        plan(
            "transform.write",
            "UPDATE %s SET ".formatted(table.quoted()),
            assignments,
            " WHERE (\n%s\n)".formatted(guard));
    return readable && writable;
  }

  private String columns(List<Identifier> names) {
    return names.stream()
        .map(name -> table.quoted() + "." + name.quoted())
        .collect(Collectors.joining(", "));
  }

  /**
   * The plan of a query of the user's, as JSON; empty: it is refused.
   *
   * @param where as a message calls it
   * @param notYet which names may still be made; a query with such a one is noted, and not planned
   */
  Optional<String> query(String where, String sql, Predicate<String> notYet) {
    String head = "EXPLAIN (FORMAT JSON) ";
    try {
      return Optional.ofNullable(
          inspection.read(jdbc -> jdbc.queryForObject(head + sql, String.class)));
    } catch (DataAccessException e) {
      ServerError error = statementError(e);
      Optional<String> name = UndefinedName.of(error, head + sql).filter(notYet);
      if (name.isPresent()) {
        findings.note(
            "%s reads '%s', which constrain.up.sql has yet to make: it is not checked before."
                .formatted(where, name.get()));
      } else {
        findings.refuse("%s: %s%s".formatted(where, error.text(), remedy(error, head, sql)));
      }
      return Optional.empty();
    }
  }

  /** As it is, not rewritten for parameters: there are none, and positions must stay. */
  private boolean plan(String where, String before, String sql, String after) {
    String head = "EXPLAIN " + before;
    try {
      inspection.read(
          jdbc -> {
            jdbc.execute(head + sql + after);
            return true;
          });
      return true;
    } catch (DataAccessException e) {
      ServerError error = statementError(e);
      findings.refuse(
          "%s of %s: %s%s".formatted(where, table, error.text(), remedy(error, head, sql)));
      return false;
    }
  }

  /** Throws on what says nothing about the statement. */
  private static ServerError statementError(DataAccessException e) {
    ServerError error = ServerError.of(e).orElseThrow(() -> e);
    if (SqlStates.isTransient(e) || SqlStates.isTimeout(e)) {
      throw e;
    }
    return error;
  }

  private static String remedy(ServerError error, String head, String sql) {
    return error.sqlState().equals(ServerError.INSUFFICIENT_PRIVILEGE)
        ? ". GRANT it to the role."
        : place(error, head, sql);
  }

  /** PostgreSQL counts characters from 1, where Java counts UTF-16 units from 0. */
  private static String place(ServerError error, String head, String sql) {
    int character = error.position() - head.codePointCount(0, head.length());
    boolean inside = character >= 1 && character <= sql.codePointCount(0, sql.length());
    return inside ? ", at character %d.".formatted(character) : ".";
  }
}
