package dev.sluice.postgres;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A data source whose running statements can be cancelled from another thread: a stop must not wait
 * for an index to be built. Safe for concurrent use.
 */
public final class CancellableDataSource extends DelegatingDataSource implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(CancellableDataSource.class);

  private final Set<PGConnection> sessions =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  public CancellableDataSource(DataSource target) {
    super(target);
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    sessions.add(connection.unwrap(PGConnection.class));
    return connection;
  }

  /**
   * Cancels what runs at this moment; it ends with SQLSTATE 57014. An idle session is left alone.
   */
  public void cancelRunning() {
    List<PGConnection> all;
    synchronized (sessions) {
      all = List.copyOf(sessions);
    }
    for (PGConnection session : all) {
      try {
        session.cancelQuery();
      } catch (SQLException e) {
        log.debug("stop.cancel", e); // the session is gone, and what it ran with it
      }
    }
  }

  @Override
  public void close() {
    if (getTargetDataSource() instanceof Closeable target) {
      try {
        target.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
