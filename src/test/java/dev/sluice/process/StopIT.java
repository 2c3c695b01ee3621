package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM and SIGINT: obeyed within a chunk, and the next run goes on. */
class StopIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 60_000;
  private static final int STOPPED = 4;

  /** The promise is 2 s; it is told apart from a wait of five minutes, on any machine. */
  private static final Duration STOP_MAX = Duration.ofSeconds(60);

  @TempDir private Path jobs;

  @Test
  void sigtermStopsAfterTheChunkAndTheNextRunGoesOn() throws Exception {
    stopInTheMiddle("SIGTERM", CountedTable.SET, SluiceProcess::sigterm);
  }

  @Test
  void sigintStopsATransformAfterTheChunkAndTheNextRunGoesOn() throws Exception {
    stopInTheMiddle("SIGINT", CountedTable.TRANSFORM, SluiceProcess::sigint);
  }

  private void stopInTheMiddle(String name, String change, Consumer<SluiceProcess> signal)
      throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      Migrations migrations = define(database, change + "chunk: {rows: 100}\nworkers: 2\n");
      try (SluiceProcess process = migrations.command(ID).asOperatorsDo().start()) {
        watch.awaitRowsWritten(ROWS / 10, process);
        assertStops(name, process, signal);
      }
      long written = watch.rowsWritten();
      assertThat(written).isBetween(ROWS / 10L, ROWS - 1L);
      assertThat(database.count("item WHERE target IS NOT NULL")).isEqualTo(written);
      assertThat(watch.state()).isEqualTo("stopped");

      assertCompletes(migrations);
      table.assertEachRowUpdatedOnce(ROWS);
      assertThat(watch.rowsWritten()).as("no row was done again").isEqualTo(ROWS);
    }
  }

  @Test
  void sigtermEndsAWaitBetweenRetries() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      Migrations migrations =
          define(database, CountedTable.SET + "workers: 1\nretry: {attempts: 3, backoff: 5m}\n");
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitRowsWritten(1, process);
        watch.await(
            "a rolled back chunk",
            process,
            () -> {
              watch.workerSessions().forEach(watch::terminate);
              return process.err().contains("backfill.rollback");
            });
        assertStops("SIGTERM while it waits 5 min for a retry", process, SluiceProcess::sigterm);
      }
      assertThat(watch.state()).isEqualTo("stopped");
      assertThat(database.count("item WHERE target IS NOT NULL")).isEqualTo(watch.rowsWritten());

      assertCompletes(migrations);
      table.assertEachRowUpdatedOnce(ROWS);
      assertThat(watch.rowsWritten()).as("no row was done again").isEqualTo(ROWS);
    }
  }

  private Migrations define(TestDatabase database, String yaml) {
    return new Migrations(jobs, database)
        .define(ID, yaml)
        .write(ID, "Upper.java", CountedTable.UPPER_JAVA);
  }

  private static void assertStops(
      String name, SluiceProcess process, Consumer<SluiceProcess> signal) {
    long start = System.nanoTime();
    signal.accept(process);
    int code = process.waitFor();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.out.printf("StopIT: %s: stopped after %d ms%n", name, took.toMillis());
    assertThat(code).as("%s", process).isEqualTo(STOPPED);
    assertThat(process.err())
        .contains(ID + ": stopped after the last chunk. Run it again to go on.");
    assertThat(took).isLessThan(STOP_MAX);
  }

  private static void assertCompletes(Migrations migrations) {
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isZero();
    }
  }
}
