package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.ExpressionFacts;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;

/** What to know about an expression that PostgreSQL accepts. */
final class ExpressionNotes {

  private ExpressionNotes() {}

  /** Empty if the role may not create the temporary view that tells them. */
  static Optional<ExpressionFacts> facts(
      Inspection inspection, TableName table, String expression) {
    try {
      return Optional.of(inspection.tryOut(jdbc -> ExpressionFacts.read(jdbc, table, expression)));
    } catch (DataAccessException e) {
      if (ServerError.of(e)
          .filter(error -> error.sqlState().equals(ServerError.INSUFFICIENT_PRIVILEGE))
          .isPresent()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  static void ofExpression(
      Identifier column, String expression, Table table, Inspection inspection, Findings findings) {
    facts(inspection, table.name(), expression)
        .ifPresent(
            facts -> {
              if (!facts.isRepeatable()) {
                findings.note(
                    ("set.%s calls %s, which gives another value each time: verify cannot compare"
                            + " it.")
                        .formatted(column, unrepeatable(facts)));
              }
              if (!facts.otherTables().isEmpty()) {
                findings.note(
                    ("set.%s reads %s: what the application changes there after a row was done is"
                            + " not followed.")
                        .formatted(column, tables(facts)));
              }
            });
  }

  static String unrepeatable(ExpressionFacts facts) {
    return String.join(
        ", ",
        facts.volatileFunctions().isEmpty() ? facts.sessionFunctions() : facts.volatileFunctions());
  }

  static String tables(ExpressionFacts facts) {
    return facts.otherTables().stream().map(TableName::toString).collect(Collectors.joining(", "));
  }
}
