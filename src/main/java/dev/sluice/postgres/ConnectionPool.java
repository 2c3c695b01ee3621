package dev.sluice.postgres;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.migration.Tuning;
import javax.sql.DataSource;

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
    String itsOwn = target.getConnectionInitSql();
    target.setPoolName("sluice");
    target.setDataSourceProperties(ConnectionSettings.driverProperties());
    target.setConnectionInitSql(
        itsOwn == null
            ? ConnectionSettings.initSql()
            : itsOwn + "\n;\n" + ConnectionSettings.initSql());
    target.setMinimumIdle(1);
    target.setMaximumPoolSize(Tuning.WORKERS_MAX + CONNECTIONS_BESIDE_WORKERS);
    target.setConnectionTimeout(CONNECTION_TIMEOUT_MILLIS);
    target.setInitializationFailTimeout(-1);
    return new CancellableDataSource(target);
  }

  /**
   * Makes a pool that connects as an application does, beside it: to the same database, as the same
   * role, with the same driver properties and start-up SQL, so that a name means the same. Ours
   * come on top. Connects to nothing yet.
   *
   * <p>Not by connections of the application's own pool: a run holds its workers', its lock's and a
   * few more from its beginning to its end, which in a pool of ten would leave the application to
   * wait; and each would carry settings such as {@code row_security = off} back to where the
   * application meets them.
   *
   * @param application a HikariCP pool, or one of the plain data sources of Spring and of the
   *     driver that open a connection at each call; also wrapped, as long as {@code unwrap} leads
   *     there
   * @throws IllegalArgumentException if it is another one, of which nobody can tell how it connects
   */
  public static CancellableDataSource beside(DataSource application) {
    return of(SameConnections.as(application));
  }
}
