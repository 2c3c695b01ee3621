package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One runner a migration, whatever happens to its lock's connection. */
class LostLockIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 60_000;
  private static final int DONE = 0;
  private static final int FAILED = 5;
  private static final int BUSY = 7;

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
    migrations =
        new Migrations(jobs, database)
            .define(
                ID,
                CountedTable.SET
                    + "chunk: {rows: 100}\nworkers: 2\nretry: {attempts: 5, backoff: 100ms}\n");
  }

  @AfterEach
  void drop() throws Exception {
    watch.close();
    database.close();
  }

  @Test
  void theLoserOfTwoLaunchesNamesTheWinner() throws Exception {
    // the winner must not be over before the loser has named it
    try (Connection application = table.held(ROWS)) {
      theLoserNamesTheWinner(application);
    }
    table.assertEachRowUpdatedOnce(ROWS);
  }

  private void theLoserNamesTheWinner(Connection application) throws Exception {
    try (SluiceProcess one = migrations.start(ID);
        SluiceProcess two = migrations.start(ID)) {
      Awaitility.await("the loser's end").until(() -> !one.isAlive() || !two.isAlive());
      application.rollback();
      int codeOfOne = one.waitFor();
      int codeOfTwo = two.waitFor();
      SluiceProcess winner = codeOfOne == DONE ? one : two;
      SluiceProcess loser = codeOfOne == DONE ? two : one;

      assertThat(List.of(codeOfOne, codeOfTwo))
          .as("%s%n%s", one, two)
          .containsExactlyInAnyOrder(DONE, BUSY);
      assertThat(loser.err().lines())
          .anyMatch(
              Pattern.compile(
                      ("0001_upper: is being run by process %d on %s \\(server process \\d+ of"
                              + " postgres on [0-9.:a-f]+ since"
                              + " \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\\)")
                          .formatted(
                              winner.pid(),
                              Pattern.quote(InetAddress.getLocalHost().getHostName())))
                  .asMatchPredicate());
    }
  }

  @Test
  void aRunThatLosesItsLockStopsItsWorkersTakesItAgainAndGoesOn() throws Exception {
    // the run must not be over when it finds the lock gone
    try (Connection application = table.held(ROWS)) {
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitRowsWritten(ROWS / 20, process);
        watch.terminateRunnerLock();
        watch.await(
            "a relaunch",
            process,
            () -> process.err().contains("run.relaunch migration=0001_upper attempt=2/5"));
        application.rollback();

        assertThat(process.waitFor()).as("%s", process).isEqualTo(DONE);
        assertThat(process.err())
            .contains(
                "runner-lock.lost migration=0001_upper: its connection is gone, workers stop");
      }
    }
    table.assertEachRowUpdatedOnce(ROWS);
    assertThat(watch.state()).isEqualTo("completed");
  }

  @Test
  void aSecondProcessThatTakesTheLostLockNeverWritesBesideTheFirst() {
    database.execute(
        "DROP ROLE IF EXISTS second; CREATE ROLE second SUPERUSER LOGIN PASSWORD 'postgres'");
    try (SluiceProcess first = migrations.start(ID)) {
      watch.awaitRowsWritten(ROWS / 20, first);
      try (SluiceProcess second = migrations.commandAs("second", ID).start()) {
        watch.await("a session of the second process", second, this::secondIsConnected);
        watch.terminateRunnerLock();
        int codeOfFirst = first.waitFor();
        int codeOfSecond = second.waitFor();
        System.out.printf("LostLockIT: first %d, second %d%n", codeOfFirst, codeOfSecond);
        assertThat(List.of(codeOfFirst, codeOfSecond))
            .as("%s%n%s", first, second)
            .isSubsetOf(DONE, FAILED, BUSY);
      }
    }
    try (SluiceProcess last = migrations.start(ID)) {
      assertThat(last.waitFor()).as("%s", last).isEqualTo(DONE);
    }
    table.assertEachRowUpdatedOnce(ROWS);
    assertThat(watch.state()).isEqualTo("completed");
    assertThat(watch.rowsWritten()).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @CsvSource({
    "batch_job_execution, UNKNOWN, Cannot restart job from UNKNOWN status",
    "batch_step_execution, STARTED, A job execution for this job is already running"
  })
  void aRunnerThatNotesItsEndAfterItsLockIsTakenHoldsNobodyUp(
      String notedIn, String lateStatus, String refusal) {
    try (SluiceProcess first = migrations.start(ID)) {
      watch.awaitRowsWritten(ROWS / 20, first);
      first.kill9();
      first.waitFor();
    }
    // the next launch notes its start between the recovery and the restart
    database.execute(
        """
        CREATE TABLE late (once integer PRIMARY KEY);
        CREATE FUNCTION note_late() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO late VALUES (1) ON CONFLICT DO NOTHING;
          IF FOUND THEN
            UPDATE sluice.%s SET status = '%s', version = version + 1;
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER late AFTER INSERT ON sluice.history
        FOR EACH ROW EXECUTE FUNCTION note_late();
        """
            .formatted(notedIn, lateStatus));
    try (SluiceProcess second = migrations.start(ID)) {
      assertThat(second.waitFor()).as("%s", second).isEqualTo(DONE);
      assertThat(second.err())
          .contains("run.relaunch migration=0001_upper attempt=2/5 after=" + refusal);
    }
    table.assertEachRowUpdatedOnce(ROWS);
    assertThat(watch.rowsWritten()).isEqualTo(ROWS);
  }

  private boolean secondIsConnected() {
    return watch
        .jdbc()
        .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = 'second')")
        .query(Boolean.class)
        .single();
  }
}
