package dev.sluice.postgres;

import com.zaxxer.hikari.HikariDataSource;
import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A pool whose running statements can be cancelled from another thread: a stop must not wait for an
 * index to be built. Gives out sessions of the server only, and watches that they live. Safe for
 * concurrent use.
 */
public final class CancellableDataSource extends DelegatingDataSource implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(CancellableDataSource.class);

  private final HikariDataSource pool;
  private final SessionWatch watch;
  private final AtomicBoolean probed = new AtomicBoolean();

  CancellableDataSource(HikariDataSource pool) {
    super(pool);
    this.pool = pool;
    this.watch = new SessionWatch(pool);
  }

  /**
   * @throws TransactionPoolingException at the first call, if a pooler is in between that does not
   *     give each connection a session of its own
   */
  @Override
  public Connection getConnection() throws SQLException {
    if (!probed.get()) {
      PoolerProbe.requireSessions(pool);
      probed.set(true);
    }
    Connection connection = super.getConnection();
    try {
      watch.add(connection);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Cancels what runs at this moment; it ends with SQLSTATE 57014. An idle session is left alone.
   */
  public void cancelRunning() {
    for (PGConnection session : watch.sessions()) {
      try {
        session.cancelQuery();
      } catch (SQLException e) {
        log.debug("stop.cancel", e); // the session is gone, and what it ran with it
      }
    }
  }

  @Override
  public void close() {
    watch.close();
    pool.close();
  }
}
