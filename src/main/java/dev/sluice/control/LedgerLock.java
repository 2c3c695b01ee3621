package dev.sluice.control;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * One walk through the ledger at a time: while one goes up, no other goes up or down.
 *
 * <p>It orders operators, it fences nobody: each migration has its {@link RunnerLock} for that. A
 * walk that loses this lock goes on with the migration that it runs.
 */
public final class LedgerLock implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LedgerLock.class);

  private static final SessionLock LOCK = new SessionLock("sluice.ledger");

  private final Connection connection;

  private LedgerLock(Connection connection) {
    this.connection = connection;
  }

  /** Empty: another session holds it. */
  public static Optional<LedgerLock> tryTake(DataSource dataSource) {
    try {
      Connection connection = dataSource.getConnection();
      boolean taken = false;
      try {
        connection.setAutoCommit(true);
        taken = LOCK.tryTake(connection);
        return taken ? Optional.of(new LedgerLock(connection)) : Optional.empty();
      } finally {
        if (!taken) {
          connection.close();
        }
      }
    } catch (SQLException e) {
      throw new UncategorizedSQLException("ledger lock", null, e);
    }
  }

  /** Who holds it, as the server sees it; empty if nobody does. */
  public static Optional<String> holder(DataSource dataSource) {
    return LOCK.holder(new JdbcTemplate(dataSource));
  }

  @Override
  public void close() {
    try (connection) {
      LOCK.release(connection);
    } catch (SQLException e) {
      LOCK.drop(connection); // back in a pool it would keep every other walk out
      log.debug("ledger-lock.release", e);
    }
  }
}
