package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TcpProxy;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How often a chunk waits for the network: between two data centres that is what a run takes its
 * time for.
 */
class RoundTripsIT {

  private static final String ID = "0001_upper";
  private static final int CHUNK_ROWS = 100;
  private static final int FEW_ROWS = 5_000;
  private static final int MANY_ROWS = 25_000;

  /** On a machine that is busy with other work limits are set anew in the middle of some chunks. */
  private static final int TRIES = 3;

  /** What goes by the clock, and looks ahead, is less than one round trip more would be. */
  private static final double MORE = 1.0;

  @TempDir private Path jobs;

  /**
   * Those of a chunk, a sixteenth of the look ahead, which 16 chunks share, and what the run asks
   * by the clock.
   *
   * @param expected of {@code set}: limits and epoch, keys, update, checkpoint, COMMIT; of {@code
   *     transform} also limit, rows and COMMIT of the look before
   */
  @ParameterizedTest
  @CsvSource({"set, 5", "transform, 8"})
  void aChunkTakesFewRoundTrips(String change, int expected) throws Exception {
    double found = roundTripsOfAChunk(change);
    for (int i = 1; i < TRIES && (found < expected - 0.5 || found > expected + MORE); i++) {
      found = roundTripsOfAChunk(change);
    }
    assertThat(found).isBetween(expected - 0.5, expected + MORE);
  }

  private double roundTripsOfAChunk(String change) throws Exception {
    long few = roundTrips(change, FEW_ROWS);
    long many = roundTrips(change, MANY_ROWS);
    return (many - few) / ((double) (MANY_ROWS - FEW_ROWS) / CHUNK_ROWS);
  }

  private long roundTrips(String change, int rows) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        TcpProxy proxy = database.server().newProxy()) {
      CountedTable table = CountedTable.create(database, rows);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  (change.equals("set") ? CountedTable.SET : CountedTable.TRANSFORM)
                      + "verify: {sample: 1}\n"
                      // what the run itself costs
                      + "throttle: {blocked-sessions: ignore, vacuum: ignore}\n")
              .write(ID, "Upper.java", CountedTable.UPPER_JAVA);
      try (SluiceProcess process =
          migrations
              .commandThrough(proxy, ID)
              .with("--workers", "1", "--chunk-rows", Integer.toString(CHUNK_ROWS))
              .start()) {
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      table.assertEachRowUpdatedOnce(rows);
      return proxy.roundTrips();
    }
  }
}
