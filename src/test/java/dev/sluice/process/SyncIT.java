package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sync trigger and the moments around its making. */
class SyncIT {

  private static final String ID = "0001_upper";
  private static final String UPPER =
      """
      table: word
      where: w IS NULL
      set: {w: upper(v)}
      sync: trigger
      """;
  private static final String STANDS = "pg_trigger WHERE tgname = 'zz_sluice_0001_upper_s'";

  @TempDir private Path jobs;

  private static void createWords(TestDatabase database) {
    database.execute(
        """
        CREATE TABLE word (id int PRIMARY KEY, v text, w text);
        INSERT INTO word SELECT n * 10, 'word ' || n FROM generate_series(1, 500) AS n;
        """);
  }

  @Test
  void whatIsWrittenBeforeTheTriggerStandsIsWaitedForAndThenFound() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID);
        Connection late = database.connect();
        Connection idle = database.connect()) {
      createWords(database);
      Migrations migrations = new Migrations(jobs, database).define(ID, UPPER);
      begin(late, "INSERT INTO word VALUES (15, 'late')"); // a key that the walk passes early
      begin(idle, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      begin(idle, "SELECT count(*) FROM pg_class");

      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitLog("trigger.retry of=sync", process);
        assertThat(watch.rowsWritten()).as("the walk has not begun").isZero();
        late.commit();
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      begin(idle, "INSERT INTO word VALUES (5001, 'idle')");
      idle.commit();

      assertThat(database.count("word WHERE w IS DISTINCT FROM upper(v)")).isZero();
      assertThat(database.count("word")).isEqualTo(502);
    }
  }

  private static void begin(Connection connection, String sql) throws Exception {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void aKillBetweenTheTriggerAndTheFirstChunkLosesNothing() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID);
        Connection holder = database.connect()) {
      createWords(database);
      Migrations migrations = new Migrations(jobs, database).define(ID, UPPER);
      begin(holder, "SELECT FROM word FOR UPDATE");
      try (SluiceProcess process = migrations.start(ID)) {
        watch.await("the trigger", process, () -> database.count(STANDS) == 1);
        process.kill9();
        process.waitFor();
      }
      holder.rollback();
      assertThat(watch.rowsWritten()).isZero();
      database.execute(
          """
          INSERT INTO word VALUES (1, 'between');
          UPDATE word SET v = 'changed' WHERE id = 20;
          """);
      assertThat(database.count("word WHERE w IN ('BETWEEN', 'CHANGED')")).isEqualTo(2);

      try (SluiceProcess again = migrations.start(ID)) {
        assertThat(again.waitFor()).as("%s", again).isZero();
        assertThat(again.err()).doesNotContain("had no trigger");
      }
      assertThat(database.count("word WHERE w IS DISTINCT FROM upper(v)")).isZero();
    }
  }
}
