package dev.sluice.schema;

import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.StatementCallback;

/** Sends a user's statement as it is: no parameters, no JDBC escapes. */
final class PlainSql {

  private PlainSql() {}

  static void execute(JdbcOperations jdbc, String sql) {
    jdbc.execute(
        (StatementCallback<Boolean>)
            statement -> {
              statement.setEscapeProcessing(false);
              return statement.execute(sql);
            });
  }
}
