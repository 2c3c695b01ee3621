package dev.sluice.validation;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;
import org.springframework.jdbc.support.SQLExceptionTranslator;

/**
 * Short transactions that are always rolled back, each on a connection of its own: never the one
 * that a surrounding transaction of Spring's holds.
 *
 * @param statementTimeout bound of a single statement
 */
record Inspection(DataSource dataSource, Duration statementTimeout) {

  /**
   * For a lock that planning takes: a statement that waits longer is an error, and may be retried.
   */
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(2);

  /** Bounds the memory that a query of the user's takes, whatever it returns. */
  private static final int FETCH_ROWS = 1000;

  private static final SQLExceptionTranslator TRANSLATOR = new SQLExceptionSubclassTranslator();

  /** Runs {@code work} in a read-only transaction. */
  <T> T read(Function<JdbcOperations, T> work) {
    return rolledBack("SET TRANSACTION READ ONLY", work);
  }

  /** Runs {@code work} in a transaction that may create temporary objects; they go with it. */
  <T> T tryOut(Function<JdbcOperations, T> work) {
    return rolledBack("SET TRANSACTION READ WRITE", work);
  }

  private <T> T rolledBack(String mode, Function<JdbcOperations, T> work) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setAutoCommit(false);
      T result = work(connection, mode, work);
      connection.rollback();
      connection.setAutoCommit(true);
      return result;
    } catch (SQLException e) {
      DataAccessException known = TRANSLATOR.translate("inspect", null, e);
      throw known == null ? new UncategorizedSQLException("inspect", null, e) : known;
    }
  }

  /** A failure leaves as it is, also where the connection is too broken to be rolled back. */
  private <T> T work(Connection connection, String mode, Function<JdbcOperations, T> work)
      throws SQLException {
    try {
      begin(connection, mode);
      return work.apply(client(connection));
    } catch (SQLException | RuntimeException e) {
      try {
        connection.rollback();
        connection.setAutoCommit(true);
      } catch (SQLException broken) {
        e.addSuppressed(broken);
      }
      throw e;
    }
  }

  private static JdbcOperations client(Connection connection) {
    JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    jdbc.setFetchSize(FETCH_ROWS);
    return jdbc;
  }

  private void begin(Connection connection, String mode) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(mode);
      statement.execute("SET LOCAL statement_timeout = " + statementTimeout.toMillis());
      statement.execute("SET LOCAL lock_timeout = " + LOCK_TIMEOUT.toMillis());
    }
  }
}
