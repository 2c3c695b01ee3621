package dev.sluice.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;

/**
 * Finds out whether a connection is one session of the server, before anything is set on it: {@code
 * SET} through a pooler in transaction mode would reach the application's transactions.
 *
 * <p>Takes no lock, changes nothing, and costs a direct connection one round trip.
 */
final class PoolerProbe {

  /** Idle sessions that a pooler may hand out in turn before the first one comes again. */
  private static final int LOOKS = 5;

  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

  private PoolerProbe() {}

  /**
   * @param target is not connected by this: the probe has a pool of its own, without start-up SQL
   * @throws TransactionPoolingException if a pooler changes the session between two transactions
   * @throws SQLException if the database does not answer
   */
  static void requireSessions(HikariDataSource target) throws SQLException {
    HikariConfig config = new HikariConfig();
    target.copyStateTo(config);
    config.setConnectionInitSql(null);
    config.setPoolName("sluice-probe");
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    try (HikariDataSource pool = new HikariDataSource(config);
        Connection connection = pool.getConnection()) {
      if (isDirect(connection)) {
        return;
      }
      requireOneSession(connection);
      requireItsOwn(connection, pool);
    }
  }

  /** A pooler tells clients a number of its own making for the server process. */
  private static boolean isDirect(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class).getBackendPID() == serverProcess(connection);
  }

  /** The session of the server that answers now. */
  static int serverProcess(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rs = statement.executeQuery("SELECT pg_backend_pid()")) {
      rs.next();
      return rs.getInt(1);
    }
  }

  /** Finds a pooler that hands its sessions out in turn. */
  private static void requireOneSession(Connection connection) throws SQLException {
    int first = serverProcess(connection);
    for (int look = 1; look < LOOKS; look++) {
      int next = serverProcess(connection);
      if (next != first) {
        throw new TransactionPoolingException(
            "server processes %d and %d answered one connection".formatted(first, next));
      }
    }
  }

  /**
   * Finds a pooler that hands out the session used last: while a second connection has it in a
   * transaction, it is not the first one's.
   */
  private static void requireItsOwn(Connection connection, HikariDataSource pool)
      throws SQLException {
    int own = serverProcess(connection);
    try (Connection second = pool.getConnection()) {
      second.setNetworkTimeout(Runnable::run, Math.toIntExact(ANSWER_MAX.toMillis()));
      second.setAutoCommit(false);
      int others = serverProcess(second);
      if (others == own) {
        throw new TransactionPoolingException(
            "server process %d answered two connections".formatted(own));
      }
      int now = serverProcess(connection);
      if (now != own) {
        throw new TransactionPoolingException(
            "server processes %d and %d answered one connection".formatted(own, now));
      }
    } catch (SQLException e) {
      if (ServerError.of(e).filter(error -> error.message().contains("pooling mode")).isPresent()) {
        throw new TransactionPoolingException("it allows no transactions at all");
      }
      // the second one waits for a session: so the first one has its own
    }
  }
}
