package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.LiveControl;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds though a launch ends, and what is not yet held though a part of it waits. */
class PauseFaultsIT {

  private static final String ID = "0001_upper";
  private static final MigrationId MIGRATION = new MigrationId(ID);
  private static final int ROWS = 60_000;

  @TempDir private Path jobs;
  private TestDatabase database;
  private RunWatch watch;

  @BeforeEach
  void start() throws Exception {
    database = PostgresServer.newest().newDatabase();
    watch = new RunWatch(database, ID);
    CountedTable.create(database, ROWS);
  }

  @AfterEach
  void end() throws Exception {
    watch.close();
    database.close();
  }

  private LiveControl operator() {
    return new LiveControl(database.dataSource(), new StopSignal(), "anna");
  }

  private static void assertCompletes(SluiceProcess process) {
    assertThat(process.waitFor()).as("%s", process).isZero();
  }

  private void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The ledger says completed all the while: only how a launch ended tells whether it is over. */
  @Test
  void aPausedCatchUpStaysPausedThoughItsLaunchEnds() {
    Migrations migrations =
        new Migrations(jobs, database)
            .write(
                ID,
                "migration.yaml",
                "description: A test\n" + CountedTable.SET + "undo: journal\nsync: capture\n");
    assertCompletes(migrations.start(ID));
    database.execute("UPDATE item SET source = 'new ' || id WHERE id <= 500");
    operator().pause(MIGRATION);
    operator().tune(MIGRATION, LiveSettings.parse(List.of("chunk.rows=100")));
    try (SluiceProcess run = migrations.start(ID)) {
      awaitPausedLaunch(1, run);
      watch.terminateRunnerLock();
      awaitPausedLaunch(2, run);
      run.sigterm();
      assertThat(run.waitFor()).as("%s", run).isEqualTo(4);
    }
    try (SluiceProcess run = migrations.start(ID)) {
      awaitPausedLaunch(3, run);
      assertThat(database.count("sluice.activity WHERE chunk_rows = 100")).isEqualTo(1);
      assertThat(database.count("item WHERE target LIKE 'NEW%'")).isZero();
      operator().resume(MIGRATION);
      assertCompletes(run);
    }
    assertThat(database.count("item WHERE target LIKE 'NEW%'")).isEqualTo(500);
    assertThat(database.count("sluice.command WHERE over_at IS NULL")).isZero();
  }

  /**
   * @param number of those that have begun the catch-up
   */
  private void awaitPausedLaunch(int number, SluiceProcess run) {
    watch.await(
        "launch %d of the catch-up, paused".formatted(number),
        run,
        () ->
            database.count(
                    """
                    sluice.batch_job_execution e
                    JOIN sluice.batch_job_instance USING (job_instance_id), sluice.activity
                    JOIN sluice.migration USING (epoch)
                    WHERE job_name LIKE '%.catch-up' AND waiting IS NOT NULL
                    """)
                == number);
  }

  /** One thread of verify waits at the gate, another is in a window: its transaction is open. */
  @Test
  void isNotPausedWhileAThreadOfVerifyReadsAWindow() throws Exception {
    Migrations migrations =
        new Migrations(jobs, database)
            .define(
                ID,
                """
                table: item
                where: target IS NULL OR slowly(id)
                set: {target: upper(source)}
                workers: 2
                """)
            .write(ID, "constrain.up.sql", "INSERT INTO slow VALUES (1, 41), (30001, 42);")
            .write(ID, "constrain.down.sql", "CREATE TABLE back (id int);");
    database.execute(
        """
        UPDATE item SET target = upper(source);
        CREATE TABLE slow (item bigint, lock int);
        CREATE FUNCTION slowly(bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
        BEGIN
          WHILE EXISTS (SELECT FROM slow WHERE item = $1 AND NOT pg_try_advisory_xact_lock_shared(lock)) LOOP
            PERFORM pg_sleep(0.02);
          END LOOP;
          RETURN false;
        END $$;
        """);
    try (Connection windows = database.connect();
        SluiceProcess run = migrations.start(ID)) {
      execute(windows, "SELECT pg_advisory_lock(41), pg_advisory_lock(42)");
      watch.await("two slow windows", run, () -> slowWindows() == 2);
      database.execute(
          "INSERT INTO sluice.command (migration_id, command, given_by) VALUES ('0001_upper', 'pause', 'anna')");
      watch.awaitLog("run.paused", run);
      execute(windows, "SELECT pg_advisory_unlock(42)");
      watch.await("one slow window", run, () -> slowWindows() == 1);
      Awaitility.await("nothing is said to be paused")
          .during(Duration.ofSeconds(2))
          .until(() -> watch.state().equals("running"));
      execute(windows, "SELECT pg_advisory_unlock(41)");
      watch.await("the ledger's paused", run, () -> watch.state().equals("paused"));
      assertThat(database.count("sluice.certificate")).isZero();
      operator().resume(MIGRATION);
      assertCompletes(run);
    }
  }

  private long slowWindows() {
    return database.count(
        "pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'");
  }
}
