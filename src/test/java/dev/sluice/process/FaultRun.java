package dev.sluice.process;

import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TcpProxy;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A run in the middle of its backfill, behind a proxy, and what a test can do to it. Ends with
 * {@link #close}.
 */
final class FaultRun implements AutoCloseable {

  static final String ID = "0001_upper";
  private static final Duration FAULT_MAX = Duration.ofMinutes(2);

  private final TestDatabase database;
  private final Migrations migrations;
  private final TcpProxy proxy;
  private RunWatch watch;
  private SluiceProcess process;

  FaultRun(TestDatabase database, Path jobs, String change) throws SQLException {
    this.database = database;
    this.migrations =
        new Migrations(jobs, database)
            .define(ID, change)
            .write(ID, "Upper.java", CountedTable.UPPER_JAVA);
    this.proxy = database.server().newProxy();
    this.watch = new RunWatch(database, ID);
    this.process = start();
  }

  private SluiceProcess start() {
    return migrations.commandThrough(proxy, ID).start();
  }

  /** Another launch, as a scheduler makes it. */
  void runAgain() {
    process.close();
    process = start();
  }

  TestDatabase database() {
    return database;
  }

  RunWatch watch() {
    return watch;
  }

  SluiceProcess process() {
    return process;
  }

  TcpProxy proxy() {
    return proxy;
  }

  /** After the server was away. */
  void watchAnew() throws SQLException {
    watch.close();
    watch = new RunWatch(database, ID);
  }

  void awaitLog(String text) {
    Awaitility.await("'" + text + "' in the log")
        .atMost(FAULT_MAX)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> process.err().contains(text));
  }

  /** Lets a fault last for a moment; with a run that lives on in it, nothing else tells its end. */
  static void last(Duration duration) {
    Awaitility.await().pollDelay(duration).atMost(duration.plusSeconds(10)).until(() -> true);
  }

  /** A session in the middle of a chunk: it holds the table. */
  int workerSession() {
    return Awaitility.await("a chunk")
        .atMost(FAULT_MAX)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(watch::workerSessions, sessions -> !sessions.isEmpty())
        .get(0);
  }

  /** Ends every session of the run but the lock's, those that wait in its pool too. */
  void terminateAllButTheLock() {
    List<Integer> lock = watch.runnerLockHolders();
    watch
        .jdbc()
        .sql(
            """
            SELECT pid
            FROM pg_stat_activity
            WHERE application_name = 'sluice'
              AND datname = current_database()
            """)
        .query(Integer.class)
        .list()
        .stream()
        .filter(session -> !lock.contains(session))
        .forEach(watch::terminate);
  }

  /** Swallows what a session and its client say to each other. */
  void cut(int session) {
    proxy.cut(watch.clientPort(session));
  }

  /** A session of the application in an open transaction. The caller closes it. */
  Connection application(String... statements) throws SQLException {
    Connection connection = database.connect();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    return connection;
  }

  /** Makes updates of single rows fail, or be slow, so many times, and waits for the first. */
  void breakRows(int times, String how, String sqlState) {
    database.execute(
        """
        CREATE SEQUENCE tries;
        CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('tries') <= %d THEN
            %s
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER break BEFORE UPDATE ON item
          FOR EACH ROW WHEN (NEW.id %% 100 = 50) EXECUTE FUNCTION break();
        """
            .formatted(times, how));
    awaitLog("sqlstate=" + sqlState);
  }

  @Override
  public void close() throws SQLException {
    process.close();
    proxy.close();
    watch.close();
  }
}
