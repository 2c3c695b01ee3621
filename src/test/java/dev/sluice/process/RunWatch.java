package dev.sluice.process;

import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Looks at a run from the database's side, on a connection of its own. */
final class RunWatch implements AutoCloseable {

  private static final Duration POLL_INTERVAL = Duration.ofMillis(5);
  private static final Duration WAIT_MAX = Duration.ofMinutes(3);

  private final String id;
  private final Connection connection;
  private final JdbcClient jdbc;

  RunWatch(TestDatabase database, String id) throws SQLException {
    this.id = id;
    this.connection = database.connect();
    this.jdbc = JdbcClient.create(new SingleConnectionDataSource(connection, true));
  }

  /** Rows that committed chunks are done with, changed or not, over all launches. */
  long rowsWritten() {
    boolean launched =
        jdbc.sql("SELECT to_regclass('sluice.batch_step_execution') IS NOT NULL")
            .query(Boolean.class)
            .single();
    return launched
        ? jdbc.sql(
                """
                SELECT coalesce(sum(read_count), 0)
                FROM sluice.batch_step_execution
                WHERE step_name LIKE 'chunks:%' OR step_name = 'sweep'
                """)
            .query(Long.class)
            .single()
        : 0;
  }

  /** Returns as soon as so many rows are committed. */
  void awaitRowsWritten(long rows, SluiceProcess process) {
    await("%d rows written".formatted(rows), process, () -> rowsWritten() >= rows);
  }

  /** Returns as soon as standard error holds the text. */
  void awaitLog(String text, SluiceProcess process) {
    await("'%s' in the log".formatted(text), process, () -> process.err().contains(text));
  }

  /**
   * Polls for a moment of a living process.
   *
   * @throws AssertionError if the process ends before
   */
  void await(String moment, SluiceProcess process, Callable<Boolean> condition) {
    Awaitility.await(moment)
        .atMost(WAIT_MAX)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL_INTERVAL)
        .until(
            () -> {
              boolean isOver = !process.isAlive();
              if (isOver) {
                process.waitFor(); // all that it printed is read
              }
              if (condition.call()) {
                return true;
              }
              if (isOver) {
                throw new AssertionError("ended before: " + moment + "\n" + process);
              }
              return false;
            });
  }

  /** The server processes that hold the runner lock: one, or none. */
  List<Integer> runnerLockHolders() {
    return jdbc.sql(
            """
            SELECT pid
            FROM pg_locks
            WHERE locktype = 'advisory'
              AND granted
              AND objsubid = 1
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (classid::bigint << 32) | objid::bigint = hashtextextended(?, 0)
            """)
        .param("sluice.runner/" + id)
        .query(Integer.class)
        .list();
  }

  /** Ends the session that holds the runner lock, and nothing else of the process. */
  void terminateRunnerLock() {
    for (int pid : runnerLockHolders()) {
      terminate(pid);
    }
  }

  /** Where a session comes from, as the server sees it. */
  int clientPort(int session) {
    return jdbc.sql("SELECT client_port FROM pg_stat_activity WHERE pid = ?")
        .param(session)
        .query(Integer.class)
        .single();
  }

  /** Sessions in the middle of a chunk: they hold the table of {@link CountedTable}. */
  List<Integer> workerSessions() {
    return jdbc()
        .sql(
            """
            SELECT pid
            FROM pg_locks
            WHERE relation = 'item'::regclass
              AND mode = 'RowExclusiveLock'
              AND granted
            """)
        .query(Integer.class)
        .list();
  }

  void terminate(int pid) {
    jdbc.sql("SELECT pg_terminate_backend(?)").param(pid).query(Boolean.class).single();
  }

  /** The ledger's state. */
  String state() {
    return jdbc.sql("SELECT state FROM sluice.migration WHERE id = ?")
        .param(id)
        .query(String.class)
        .single();
  }

  JdbcClient jdbc() {
    return jdbc;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
