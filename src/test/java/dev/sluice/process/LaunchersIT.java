package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two launchers at once, again and again, and the one that runs killed: never two write, the other
 * one says who runs it, and after a kill the next one gets the lock.
 *
 * <p>A trigger notes for each chunk the epoch in force, who wrote it and when it began; the server
 * tells when it was committed. {@code -Dsluice.torture.seed} repeats the choices of a run.
 */
class LaunchersIT {

  private static final String ID = "0001_upper";

  /** More than are done between two starts on a slow machine: 100 a chunk, two chunks in 0.4 s. */
  private static final int ROWS_A_START = 15_000;

  private static final int BUSY = 7;
  private static final int STAGGER_MILLIS_MAX = 2_000;
  private static final double KILLED = 0.7;

  private static final String AUDIT =
      """
      CREATE TABLE chunk (epoch bigint, process int, began timestamptz);
      CREATE FUNCTION note_chunk() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO chunk
        SELECT epoch, substring(runner FROM 'process (\\d+)')::int, now() FROM sluice.migration;
        PERFORM pg_sleep(0.4);
        RETURN NULL;
      END $$;
      CREATE TRIGGER note_chunk AFTER UPDATE ON item
        FOR EACH STATEMENT EXECUTE FUNCTION note_chunk();
      """;

  @TempDir private Path jobs;

  @Test
  void neverTwoRunInSixStarts() throws Exception {
    run(6);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void neverTwoRunInFiftyStarts() throws Exception {
    run(50);
  }

  private void run(int starts) throws Exception {
    int rows = starts * ROWS_A_START;
    long seed = Long.getLong("sluice.torture.seed", new Random().nextLong(1_000_000));
    Random random = new Random(seed);
    try (SeparateServer server =
            PostgresServer.startSeparate(Map.of("track_commit_timestamp", "on"));
        TestDatabase database = server.newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, rows);
      database.execute(AUDIT);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(ID, CountedTable.SET + "chunk: {rows: 100}\nworkers: 2\n");
      Launches launches = new Launches(migrations, watch, random);
      launches.race(starts);
      database.execute("DROP TRIGGER note_chunk ON item");
      launches.end();

      long epochs = database.count("(SELECT DISTINCT epoch FROM chunk) AS e");
      System.out.printf(
          "LaunchersIT: seed %d, %d starts, %d exits with 7, %d kills, chunks of %d epochs%n",
          seed, launches.started, launches.refused, launches.kills, epochs);
      assertThat(launches.kills).as("kills").isPositive();
      assertThat(epochs).as("launches that wrote").isGreaterThanOrEqualTo(launches.kills);
      assertThat(overlaps(watch)).as("chunks of one epoch beside another's").isZero();
      table.assertEachRowUpdatedOnce(rows);
      assertThat(watch.rowsWritten()).isEqualTo(rows);
    }
  }

  /** Pairs of chunks of different epochs, the later one begun before the earlier's COMMIT. */
  private static long overlaps(RunWatch watch) {
    return watch
        .jdbc()
        .sql(
            """
            WITH turn AS (SELECT epoch, min(began) AS first_begin,
                                 max(pg_xact_commit_timestamp(xmin)) AS last_commit
                          FROM chunk
                          GROUP BY epoch)
            SELECT count(*)
            FROM turn AS earlier
            JOIN turn AS later ON later.epoch > earlier.epoch
                              AND later.first_begin < earlier.last_commit
            """)
        .query(Long.class)
        .single();
  }

  private static final class Launches {
    private final Migrations migrations;
    private final RunWatch watch;
    private final Random random;
    private final List<SluiceProcess> racing = new ArrayList<>();
    private int started;
    private int refused;
    private int kills;

    Launches(Migrations migrations, RunWatch watch, Random random) {
      this.migrations = migrations;
      this.watch = watch;
      this.random = random;
    }

    void race(int starts) throws Exception {
      while (started < starts) {
        while (racing.size() < 2) {
          racing.add(migrations.start(ID));
          started++;
          pause();
        }
        SluiceProcess loser = loser();
        racing.remove(loser);
        SluiceProcess winner = racing.get(0);
        assertThat(loser.waitFor()).as("%s%n%s", loser, winner).isEqualTo(BUSY);
        assertThat(loser.err().lines()).anyMatch(runBy(winner).asMatchPredicate());
        refused++;
        long before = watch.rowsWritten();
        watch.awaitRowsWritten(before + 1, winner);
        boolean isFirst = refused == 1;
        if (isFirst || random.nextDouble() < KILLED) {
          pause();
          winner.kill9();
          winner.waitFor();
          racing.clear();
          kills++;
        }
      }
    }

    private void pause() {
      Duration pause = Duration.ofMillis(random.nextInt(STAGGER_MILLIS_MAX));
      Awaitility.await().pollDelay(pause).atMost(pause.plusSeconds(10)).until(() -> true);
    }

    /** One of two must end, and soon: the run itself lasts longer than the test waits. */
    private SluiceProcess loser() {
      return Awaitility.await("one that does not get the lock")
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> racing.stream().filter(process -> !process.isAlive()).findFirst(),
              Optional::isPresent)
          .orElseThrow();
    }

    private static Pattern runBy(SluiceProcess winner) throws Exception {
      return Pattern.compile(
          "0001_upper: is being run by process %d on %s \\(server process \\d+ of postgres on .* since .* UTC\\)"
              .formatted(winner.pid(), Pattern.quote(InetAddress.getLocalHost().getHostName())));
    }

    /** Whoever still runs completes it, or the next one does. */
    void end() {
      if (racing.isEmpty()) {
        racing.add(migrations.start(ID));
        started++;
      }
      for (SluiceProcess process : racing) {
        assertThat(process.waitFor()).as("%s", process).isZero();
        process.close();
      }
    }
  }
}
