package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a launch is followed by another, and when it is not. */
class RelaunchIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 20_000;
  private static final int REFUSED = 3;
  private static final int FAILED = 5;
  private static final int BUSY = 7;
  private static final String RAISED =
      "ERROR: a trigger or function of the database raised it (the message may quote a row, left"
          + " out) [40001]";

  @TempDir private Path jobs;
  private TestDatabase database;
  private RunWatch watch;
  private CountedTable table;
  private Migrations migrations;

  @BeforeEach
  void createTable() throws Exception {
    database = PostgresServer.newest().newDatabase();
    watch = new RunWatch(database, ID);
    table = CountedTable.create(database, ROWS);
    migrations = new Migrations(jobs, database);
  }

  @AfterEach
  void drop() throws Exception {
    watch.close();
    database.close();
  }

  @Test
  void theSameFailureTwiceWithoutAChunkBetweenEndsTheRelaunches() {
    refuseRows("true", "40001");
    migrations.define(
        ID,
        CountedTable.SET + "chunk: {rows: 100}\nworkers: 1\nretry: {attempts: 4, backoff: 10ms}\n");
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isEqualTo(FAILED);
      assertThat(process.err())
          .contains("run.relaunch migration=0001_upper attempt=2/4")
          .doesNotContain("attempt=3/4");
      assertThat(process.err().lines().filter(line -> !line.matches("\\d\\d:.*")))
          .containsExactly(
              "0001_upper: " + RAISED + ". Correct the cause, and run it again to go on.",
              "The same failure twice, at the same place and with no chunk done in between: not"
                  + " launched again by itself. Tried:",
              "  launch 1, step backfill: " + RAISED,
              "  launch 2, step backfill: " + RAISED);
    }
    assertThat(watch.state()).isEqualTo("failed");
    assertThat(watch.rowsWritten()).isZero();

    database.execute("DROP TRIGGER refuse ON item");
    assertCompletes();
  }

  @Test
  void aFailureThatMovesIsLaunchedAgainWithinRetry() {
    // each launch gets past the row that the one before failed at
    database.execute(
        """
        CREATE SEQUENCE tries_5000;
        CREATE SEQUENCE tries_10000;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('tries_' || NEW.id) <= 3 THEN
            RAISE EXCEPTION 'not this row' USING ERRCODE = '40001';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON item
          FOR EACH ROW WHEN (NEW.id IN (5000, 10000)) EXECUTE FUNCTION refuse();
        """);
    migrations.define(
        ID,
        CountedTable.SET + "chunk: {rows: 100}\nworkers: 1\nretry: {attempts: 3, backoff: 10ms}\n");
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isZero();
      assertThat(process.err()).contains("run.relaunch migration=0001_upper attempt=3/3");
    }
    table.assertEachRowUpdatedOnce(ROWS);
  }

  @Test
  void aRunWhoseOwnLostSessionHoldsTheLockWaitsForItsEnd() throws Exception {
    migrations.define(
        ID,
        CountedTable.SET
            + "chunk: {rows: 100}\nworkers: 2\nretry: {attempts: 20, backoff: 100ms}\n");
    try (Connection application = table.held(1);
        Connection ghost = database.connect();
        SluiceProcess process = migrations.command(ID).start()) {
      watch.awaitRowsWritten(ROWS / 20, process);
      takeOver(ghost);
      watch.await(
          "a relaunch that found the lock taken",
          process,
          () -> process.err().contains("after=0001_upper: is being run by"));
      application.rollback();
      release(ghost);
      assertThat(process.waitFor()).as("%s", process).isZero();
    }
    table.assertEachRowUpdatedOnce(ROWS);
    assertThat(watch.state()).isEqualTo("completed");
  }

  @Test
  void aRunThatNeverGetsItsLockBackSaysWhoRunsIt() throws Exception {
    migrations.define(
        ID,
        CountedTable.SET + "chunk: {rows: 100}\nworkers: 2\nretry: {attempts: 3, backoff: 10ms}\n");
    try (Connection application = table.held(1);
        Connection other = database.connect();
        SluiceProcess process = migrations.start(ID)) {
      watch.awaitRowsWritten(ROWS / 20, process);
      takeOver(other);
      assertThat(process.waitFor()).as("%s", process).isEqualTo(BUSY);
      assertThat(process.err()).contains("\n0001_upper: is being run by process ");
      application.rollback();
    }
    assertCompletes();
  }

  @Test
  void aKeyThatChangesInTheMiddleOfARunIsRefused() {
    database.execute("ALTER TABLE item ADD COLUMN other bigint UNIQUE; UPDATE item SET other = id");
    database.execute("ALTER TABLE item ALTER COLUMN other SET NOT NULL");
    refuseRows("NEW.id = 10500", "23514");
    migrations.define(ID, CountedTable.SET);
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isEqualTo(FAILED);
    }
    migrations.define(ID, CountedTable.SET + "key: [other]\n");
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isEqualTo(REFUSED);
      assertThat(process.err())
          .endsWith(
              "\n0001_upper: the run began with the key (id bigint), the definition now says"
                  + " (other bigint). Put key: back.");
    }
  }

  private void refuseRows(String which, String state) {
    database.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'not this row' USING ERRCODE = '%s';
        END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON item
          FOR EACH ROW WHEN (%s) EXECUTE FUNCTION refuse();
        """
            .formatted(state, which));
  }

  /** A row that is held keeps the sweep, and so the run, from its end. */
  /** Holds the runner lock in place of the run that loses it. */
  private void takeOver(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // waits in the queue, so it is the next holder
      Thread waiting =
          new Thread(
              () -> {
                try {
                  statement.execute(
                      "SELECT pg_advisory_lock(hashtextextended('sluice.runner/" + ID + "', 0))");
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      waiting.start();
      while (!queued()) {
        Thread.onSpinWait();
      }
      watch.terminateRunnerLock();
      waiting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean queued() {
    return watch
        .jdbc()
        .sql("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        .query(Boolean.class)
        .single();
  }

  private static void release(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_unlock_all()");
    }
  }

  private void assertCompletes() {
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isZero();
    }
    table.assertEachRowUpdatedOnce(ROWS);
  }
}
