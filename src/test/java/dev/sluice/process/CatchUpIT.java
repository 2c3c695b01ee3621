package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A catch-up of {@code sync: capture} beside another one, beside a rollback, and beside a session
 * that holds a row: each is kept in its middle by such a row, and not by time.
 */
class CatchUpIT {

  private static final String ID = "0001_upper";
  private static final String LOG = "sluice.captured_0001_upper";
  private static final int ROWS = 1_000;
  private static final int HELD_ROW = 150;
  private static final int REFUSED = 3;
  private static final int BUSY = 7;
  private static final int KILLED = 128 + 9;

  @TempDir private Path jobs;
  private TestDatabase database;
  private RunWatch watch;
  private Migrations migrations;
  private Connection holder;
  private int holderPid;

  /** A completed run, 300 changes of the application since, and a session that holds one row. */
  @BeforeEach
  void complete() throws Exception {
    database = PostgresServer.newest().newDatabase();
    watch = new RunWatch(database, ID);
    holder = database.connect();
    CountedTable.create(database, ROWS);
    migrations =
        new Migrations(jobs, database)
            .write(
                ID,
                "migration.yaml",
                "description: A test\n"
                    + CountedTable.SET
                    + "undo: journal\nsync: capture\nchunk: {rows: 100}\n");
    assertEnds("run", 0);
    change("new");
    holderPid = hold();
  }

  @AfterEach
  void drop() throws Exception {
    holder.close();
    watch.close();
    database.close();
  }

  private void change(String source) {
    database.execute("UPDATE item SET source = '%s ' || id WHERE id <= 300".formatted(source));
  }

  private int hold() throws SQLException {
    holder.setAutoCommit(false);
    try (Statement statement = holder.createStatement();
        ResultSet rs =
            statement.executeQuery(
                "SELECT pg_backend_pid() FROM item WHERE id = " + HELD_ROW + " FOR UPDATE")) {
      rs.next();
      return rs.getInt(1);
    }
  }

  private SluiceProcess assertEnds(String command, int exitCode) {
    try (SluiceProcess process = migrations.command(command, ID).start()) {
      assertThat(process.waitFor()).as("%s", process).isEqualTo(exitCode);
      return process;
    }
  }

  private void assertCaughtUp(int rows, SluiceProcess process) {
    assertThat(process.waitFor()).as("%s", process).isZero();
    assertThat(process.out()).contains("0001_upper: caught up, %d rows".formatted(rows));
  }

  private void assertEachRowIsOfItsNewestSource() {
    assertThat(database.count(LOG)).as("entries").isZero();
    assertThat(database.count("item WHERE target IS DISTINCT FROM upper(source)"))
        .as("stale rows")
        .isZero();
  }

  /** Its lock may be free for a moment: it is taken for the run, which is over, and once more. */
  private static void assertRunBy(SluiceProcess winner, SluiceProcess loser) {
    Pattern busy =
        Pattern.compile(
            "0001_upper: is being run by process %d on .* \\(.*\\)".formatted(winner.pid()));
    assertThat(loser.err().lines()).as("%s", loser).anyMatch(busy.asMatchPredicate());
  }

  @Test
  void oneOfTwoThatAreStartedAtOnceCatchesUp() throws Exception {
    try (SluiceProcess one = migrations.start(ID);
        SluiceProcess other = migrations.start(ID)) {
      watch.await(
          "one that does not get the lock",
          one.isAlive() ? one : other,
          () -> !one.isAlive() || !other.isAlive());
      SluiceProcess winner = one.isAlive() ? one : other;
      SluiceProcess loser = one.isAlive() ? other : one;
      assertThat(loser.waitFor()).as("%s", loser).isEqualTo(BUSY);
      assertRunBy(winner, loser);

      watch.awaitLog("sweep.waiting", winner);
      assertThat(database.count(LOG)).as("only the held row is left").isOne();
      holder.rollback();

      assertCaughtUp(300, winner);
    }
    assertEachRowIsOfItsNewestSource();
    assertThat(database.count("item WHERE updates = 3 AND id <= 300"))
        .as("rows changed by the run, by the application, and once by a catch-up")
        .isEqualTo(300);
  }

  @Test
  void neitherARollbackNorACatchUpBeginsBesideTheOther() throws Exception {
    try (SluiceProcess catchUp = migrations.start(ID)) {
      watch.awaitLog("sweep.waiting", catchUp);
      assertRunBy(catchUp, assertEnds("rollback", BUSY));
      assertThat(watch.state()).isEqualTo("completed");
      holder.rollback();
      assertCaughtUp(300, catchUp);
    }
    assertEachRowIsOfItsNewestSource();

    change("newer");
    hold();
    try (SluiceProcess rollback = migrations.command("rollback", ID).start()) {
      // what is captured ends first: that waits for whoever holds a row
      watch.awaitLog("trigger.retry of=capture", rollback);
      assertRunBy(rollback, assertEnds("run", BUSY));
      rollback.kill9();
      assertThat(rollback.waitFor()).as("%s", rollback).isEqualTo(KILLED);
    }
    assertThat(assertEnds("run", REFUSED).err())
        .contains(
            "0001_upper: is being rolled back. End that with 'rollback 0001_upper', then run it"
                + " again.");
    holder.rollback();
    assertEnds("rollback", 0);

    assertThat(watch.state()).isEqualTo("rolled_back");
    assertThat(database.count("item WHERE target IS NULL")).as("as before").isEqualTo(ROWS);
    assertThat(database.count("item WHERE source = 'newer ' || id")).isEqualTo(300);
    assertThat(database.count("pg_class WHERE relname = 'captured_0001_upper'")).isZero();
    assertEnds("run", 0);
    assertEachRowIsOfItsNewestSource();
  }

  @Test
  void aRowThatASessionHoldsIsWaitedForByNameAndInNobodysWay() throws Exception {
    try (SluiceProcess process = migrations.start(ID);
        Connection application = database.connect();
        Statement others = application.createStatement();
        Statement own = holder.createStatement()) {
      watch.awaitLog("sweep.waiting", process);
      assertThat(process.err())
          .containsPattern(
              "sweep\\.waiting migration=0001_upper waited=0s key=\\[?150\\]? locked by pid=%d application='.*' since="
                  .formatted(holderPid));
      assertThat(database.count(LOG)).as("every other row is done").isOne();

      others.execute("SET lock_timeout = '1s'");
      others.execute("UPDATE item SET source = 'beside' WHERE id BETWEEN 100 AND 149");
      others.execute("INSERT INTO item (id, source) VALUES (-1, 'born')");
      own.execute("SET lock_timeout = '1s'");
      own.execute("UPDATE item SET source = 'last' WHERE id = " + HELD_ROW);
      holder.commit();

      assertThat(process.waitFor()).as("%s", process).isZero();
      assertThat(database.count("item WHERE id = 150 AND target = 'LAST'")).isOne();
    }
    assertEnds("run", 0); // what came too late for the last round
    assertEachRowIsOfItsNewestSource();
  }
}
