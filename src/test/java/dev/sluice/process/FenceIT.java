package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process that stood still, lost its lock meanwhile and wakes up beside its successor: a paused
 * virtual machine, a long garbage collection.
 */
class FenceIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 60_000;
  private static final int DONE = 0;

  @TempDir private Path jobs;

  @ParameterizedTest
  @ValueSource(strings = {CountedTable.SET, CountedTable.TRANSFORM})
  void aProcessThatWakesUpBesideItsSuccessorWritesNothingMore(String change) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  // woken up, the first process may ask for its lock again
                  change + "chunk: {rows: 100}\nworkers: 2\nretry: {attempts: 3, backoff: 100ms}\n")
              .write(ID, "Upper.java", CountedTable.UPPER_JAVA);
      try (SluiceProcess first = migrations.start(ID);
          Connection application = database.connect()) {
        watch.awaitRowsWritten(ROWS / 20, first);
        first.suspend();
        watch.terminateRunnerLock();
        CountedTable.hold(
            application, ROWS); // the successor cannot end before the first process has woken up
        long byFirst = watch.rowsWritten();
        try (SluiceProcess second = migrations.start(ID)) {
          watch.awaitRowsWritten(byFirst + ROWS / 20, second);
          first.resume();
          int code = first.waitFor();
          assertThat(code).as("%s", first).isNotEqualTo(DONE);
          assertThat(watch.state()).as("the successor's state, %s", first).isEqualTo("running");

          application.rollback();
          assertThat(second.waitFor()).as("%s", second).isEqualTo(DONE);
        }
      }
      table.assertEachRowUpdatedOnce(ROWS);
      assertThat(watch.state()).isEqualTo("completed");
      assertThat(watch.rowsWritten()).isEqualTo(ROWS);
      assertThat(writersOfLaunches(watch)).as("launches that wrote rows").hasSize(2);
    }
  }

  private static Map<Long, Long> writersOfLaunches(RunWatch watch) {
    return watch
        .jdbc()
        .sql(
            """
            SELECT job_execution_id, sum(write_count) AS rows
            FROM sluice.batch_step_execution
            GROUP BY 1
            HAVING sum(write_count) > 0
            """)
        .query(
            rs -> {
              Map<Long, Long> rows = new TreeMap<>();
              while (rs.next()) {
                rows.put(rs.getLong(1), rs.getLong(2));
              }
              return rows;
            });
  }
}
