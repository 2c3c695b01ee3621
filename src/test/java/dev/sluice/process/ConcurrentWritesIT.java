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
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that inserts, updates, deletes and locks rows all the while loses nothing. */
class ConcurrentWritesIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 8_000;
  private static final int HELD_ROW = 777;

  /** Slow enough that the application changes rows between their reading and their writing. */
  private static final String SLOW_UPPER_JAVA =
      CountedTable.UPPER_JAVA
          .replace("void transform(Row row) {", "void transform(Row row) throws Exception {")
          .replace("row.set(", "Thread.sleep(0, 100_000);\n    row.set(");

  private static final boolean TORTURE = Boolean.getBoolean("sluice.torture");
  private static final Duration HELD_IN_THE_SWEEP = Duration.ofSeconds(TORTURE ? 20 : 2);

  @TempDir private Path jobs;

  @ParameterizedTest
  @ValueSource(strings = {CountedTable.SET, CountedTable.TRANSFORM})
  void everyRowEndsWithTheValueOfItsNewestSource(String change) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID);
        Connection holder = database.connect();
        Application application = new Application(database)) {
      CountedTable.create(database, ROWS);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(ID, change + "chunk: {rows: 100}\nworkers: 2\n")
              .write(ID, "Upper.java", SLOW_UPPER_JAVA);
      int holderPid = hold(holder);
      AtomicLong inserted = new AtomicLong();
      AtomicLong deleted = new AtomicLong();
      write(application, inserted, deleted);
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitRowsWritten(ROWS * 7L / 10, process);
        application.end();
        watch.awaitLog("sweep.waiting", process);
        Awaitility.await()
            .pollDelay(HELD_IN_THE_SWEEP)
            .atMost(HELD_IN_THE_SWEEP.plusMinutes(1))
            .until(process::isAlive);
        holder.rollback();

        assertThat(process.waitFor()).as("%s", process).isZero();
        assertThat(process.err())
            .containsPattern(
                "sweep\\.waiting migration=0001_upper waited=\\d+s .*777.*\\b%d\\b.*holder"
                    .formatted(holderPid));
      }
      System.out.printf(
          "ConcurrentWritesIT: %,d transactions of the application, %,d rows inserted, %,d"
              + " deleted%n",
          application.transactions(), inserted.get(), deleted.get());
      assertThat(database.count("item")).isEqualTo(ROWS + inserted.get() - deleted.get());
      assertThat(database.count("item WHERE target IS NULL")).isZero();
      assertThat(database.count("item WHERE target IS DISTINCT FROM upper(source)"))
          .as("values of an older source")
          .isZero();
      assertThat(watch.state()).isEqualTo("completed");
    }
  }

  private static int hold(Connection holder) throws SQLException {
    try (Statement statement = holder.createStatement()) {
      statement.execute("SET application_name = 'holder'");
      holder.setAutoCommit(false);
      try (ResultSet rs =
          statement.executeQuery(
              "SELECT pg_backend_pid() FROM item WHERE id = " + HELD_ROW + " FOR UPDATE")) {
        rs.next();
        return rs.getInt(1);
      }
    }
  }

  private static void write(Application application, AtomicLong inserted, AtomicLong deleted) {
    application
        .session( // behind every cursor, and after the last key
            1,
            (sql, random) -> {
              long n = 1 + inserted.get() / 2;
              sql.execute(
                  "INSERT INTO item (id, source) VALUES (%d, 'low %d'), (%d, 'high %d')"
                      .formatted(-n, n, ROWS + n, n));
              inserted.addAndGet(2);
            })
        .session( // in a page that was read and is not yet written; locks in the order of the last
            // one here, or the application's own sessions deadlock
            2,
            (sql, random) ->
                sql.execute(
                    """
                    UPDATE item
                    SET source = 'new %d', target = NULL
                    WHERE id IN (SELECT id
                                 FROM item
                                 WHERE id > %d AND target IS NULL
                                 ORDER BY id
                                 LIMIT 5
                                 FOR NO KEY UPDATE)
                    """
                        .formatted(random.nextInt(), 1_000 + random.nextInt(ROWS))))
        .session(
            3,
            (sql, random) -> {
              sql.execute("DELETE FROM item WHERE id = " + (1_000 + random.nextInt(ROWS - 1_000)));
              deleted.addAndGet(sql.getUpdateCount());
            })
        .session(
            4,
            (sql, random) -> {
              int id = 1_000 + random.nextInt(ROWS - 1_000);
              sql.execute(
                  "SELECT id FROM item WHERE id BETWEEN %d AND %d ORDER BY id FOR UPDATE"
                      .formatted(id, id + 50));
              sql.execute("SELECT pg_sleep(0.1)");
            });
  }
}
