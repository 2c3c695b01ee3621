package dev.sluice.validation;

import dev.sluice.migration.Check;
import dev.sluice.postgres.BooleanQuery;
import dev.sluice.postgres.UserSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The queries under {@code checks.after} can be answered: a wrong one is told before the backfill,
 * not hours after it. Plans and describes them, and runs none.
 */
final class AfterQueryCheck implements TableCheck {
  private final Planning planning;

  AfterQueryCheck(Planning planning) {
    this.planning = planning;
  }

  @Override
  public void check(Subject subject, Findings findings) {
    for (Check check : subject.migration().checks().after()) {
      if (check instanceof Check.Sql sql) {
        String where = "check '%s' under checks.after".formatted(sql.name());
        planning
            .query(where, sql.sql(), subject::constrainMentions)
            .flatMap(plan -> fault(plan, sql.sql(), subject.inspection()))
            .ifPresent(
                fault ->
                    findings.refuse(
                        "%s %s. It must return one row with true.".formatted(where, fault)));
      }
    }
  }

  private static Optional<String> fault(String plan, String sql, Inspection inspection) {
    if (plan.contains("\"Node Type\": \"ModifyTable\"")
        || plan.contains("\"Node Type\": \"LockRows\"")) {
      return Optional.of("changes or locks rows, and checks run read-only");
    }
    return inspection
        .<Optional<String>>read(
            jdbc -> jdbc.execute((Connection connection) -> shapeFault(connection, sql)))
        .map("returns "::concat);
  }

  /** The server describes the prepared statement, and does not run it. */
  private static Optional<String> shapeFault(Connection connection, String sql)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(UserSql.forJdbc(sql))) {
      return BooleanQuery.shapeFault(statement.getMetaData());
    }
  }
}
