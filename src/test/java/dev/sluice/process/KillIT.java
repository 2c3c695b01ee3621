package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 at random moments, each followed by nothing but another {@code run}. */
class KillIT {

  private static final String ID = "0001_upper";
  private static final int KILLED = 128 + 9;
  private static final int CHUNK_ROWS = 100;
  private static final String TUNING = "chunk: {rows: 100}\nworkers: 2\n";

  @TempDir private Path jobs;

  @Test
  void setChangesEachRowOnceThroughThreeKills() throws Exception {
    killAndRunAgain(CountedTable.SET, 100_000, 3);
  }

  @Test
  void transformChangesEachRowOnceThroughTwoKills() throws Exception {
    killAndRunAgain(CountedTable.TRANSFORM, 40_000, 2);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void setChangesEachOfAMillionRowsOnceThroughTenKills() throws Exception {
    killAndRunAgain(CountedTable.SET, 1_000_000, 10);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void transformChangesEachOfAMillionRowsOnceThroughTenKills() throws Exception {
    killAndRunAgain(CountedTable.TRANSFORM, 1_000_000, 10);
  }

  private void killAndRunAgain(String change, int rows, int kills) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, rows);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(ID, change + TUNING)
              .write(ID, "Upper.java", CountedTable.UPPER_JAVA);

      for (long moment : randomMoments(rows, kills)) {
        kill(migrations, watch, moment, rows);
      }
      try (SluiceProcess last = migrations.command(ID).asOperatorsDo().start()) {
        assertThat(last.waitFor()).as("%s", last).isZero();
      }

      table.assertEachRowUpdatedOnce(rows);
      assertThat(watch.state()).isEqualTo("completed");
      assertThat(watch.rowsWritten()).as("rows counted by the steps").isEqualTo(rows);
    }
  }

  /** After the first chunk and well before the last. */
  private static List<Long> randomMoments(int rows, int kills) {
    long seed = new Random().nextLong();
    System.out.printf("KillIT: %,d rows, seed %d%n", rows, seed);
    return new Random(seed).longs(kills, CHUNK_ROWS, rows * 9L / 10).sorted().boxed().toList();
  }

  private static void kill(Migrations migrations, RunWatch watch, long moment, int rows) {
    long before = watch.rowsWritten();
    try (SluiceProcess process = migrations.command(ID).asOperatorsDo().start()) {
      watch.awaitRowsWritten(Math.max(moment, before + 1), process);
      process.kill9();
      assertThat(process.waitFor()).as("%s", process).isEqualTo(KILLED);
    }
    long after = watch.rowsWritten();
    System.out.printf(
        "KillIT: killed at %,d of %,d rows (%.1f %%), %,d of them by this process%n",
        after, rows, 100.0 * after / rows, after - before);
    assertThat(after).as("killed before the last chunk").isLessThan(rows);
    assertThat(watch.state()).isEqualTo("running");
  }
}
