package dev.sluice.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.migration.Tuning;

/**
 * The program's own pool of connections, each with our {@link ConnectionSettings}: never one that
 * an application works with as well.
 */
public final class ConnectionPool {

  /** Connections beside the workers': the lock's, the manager step's, the progress display's. */
  private static final int CONNECTIONS_BESIDE_WORKERS = 8;

  private static final long CONNECTION_TIMEOUT_MILLIS = 10_000;

  private ConnectionPool() {}

  /**
   * Makes a pool of it. Connects to nothing yet.
   *
   * @param target knows where to connect, and has not connected yet
   */
  public static CancellableDataSource of(HikariDataSource target) {
    target.setPoolName("sluice");
    target.setDataSourceProperties(ConnectionSettings.driverProperties());
    target.setConnectionInitSql(ConnectionSettings.initSql());
    target.setMinimumIdle(1);
    target.setMaximumPoolSize(Tuning.WORKERS_MAX + CONNECTIONS_BESIDE_WORKERS);
    target.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
    target.setInitializationFailTimeout(-1);
    return new CancellableDataSource(target);
  }
}
