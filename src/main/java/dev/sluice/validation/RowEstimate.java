package dev.sluice.validation;

import dev.sluice.migration.TableName;
import dev.sluice.postgres.UserSql;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.JdbcOperations;

/** How many rows the planner expects: known for every kind of table, also before an ANALYZE. */
final class RowEstimate {

  /** The first one is that of the topmost node. */
  private static final Pattern PLAN_ROWS = Pattern.compile("\"Plan Rows\": *(\\d+)");

  private RowEstimate() {}

  /**
   * Plans and does not run.
   *
   * @param condition the user's SQL
   * @throws org.springframework.dao.DataAccessException if the condition is wrong
   */
  static long of(JdbcOperations jdbc, TableName table, String condition) {
    String plan =
        jdbc.queryForObject(
            """
            EXPLAIN (FORMAT JSON)
            SELECT
            FROM %s
            WHERE (
              %s
              )
            """
                .formatted(table.quoted(), UserSql.forJdbc(condition)),
            String.class);
    Matcher rows = PLAN_ROWS.matcher(String.valueOf(plan));
    return rows.find() ? Long.parseLong(rows.group(1)) : 0;
  }
}
