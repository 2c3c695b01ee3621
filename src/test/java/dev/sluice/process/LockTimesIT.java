package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** No transaction of ours lives, and no row stays locked, for as long as deadlock_timeout: 1 s. */
class LockTimesIT {

  private static final String ID = "0001_upper";
  private static final Duration DEADLOCK_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration SAMPLE_INTERVAL = Duration.ofMillis(50);
  private static final Duration RUN_MAX = Duration.ofMinutes(30);
  private static final int EVERY_ROW = 1;
  private static final int EVERY_TEN_THOUSANDTH = 10_000;

  @TempDir private Path jobs;

  @Test
  void aDenseGuardHoldsRowsForLessThanASecond() throws Exception {
    run(60_000, EVERY_ROW);
  }

  /** 75 rows, a partition, take 1.5 s: the chunks must give way and become smaller. */
  @Test
  void slowRowsAreHeldForLessThanASecond() throws Exception {
    run(
        1_200,
        EVERY_ROW,
        100,
        "CREATE TRIGGER slow BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION be_slow()");
  }

  /**
   * 8 partitions of 100 rows that take 1 s: only the first one's first chunk holds them so long.
   */
  @Test
  void aWorkerBeginsAPartitionWithTheChunkSizeThatFittedTheLastOne() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      CountedTable.create(database, 800);
      database.execute(
          """
          CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            PERFORM pg_sleep(0.010);
            RETURN NEW;
          END $$;
          CREATE TRIGGER slow BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION be_slow()
          """);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(ID, CountedTable.SET + "chunk: {rows: 100}\nworkers: 1\n");
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor(RUN_MAX)).as("%s", process).isZero();
      }
      String partitions = "sluice.batch_step_execution WHERE step_name LIKE 'chunks:%'";
      assertThat(database.count(partitions)).isEqualTo(8);
      assertThat(database.count(partitions + " AND rollback_count > 0")).isBetween(1L, 4L);
    }
  }

  @Test
  void aSparseGuardHoldsRowsForLessThanASecond() throws Exception {
    run(300_000, EVERY_TEN_THOUSANDTH);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void aDenseGuardOverFiveMillionRowsHoldsRowsForLessThanASecond() throws Exception {
    run(5_000_000, EVERY_ROW);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void aSparseGuardOverFiveMillionRowsHoldsRowsForLessThanASecond() throws Exception {
    run(5_000_000, EVERY_TEN_THOUSANDTH);
  }

  private void run(int rows, int everyNth) throws Exception {
    run(rows, everyNth, 1000, "SELECT 'all rows are quick'");
  }

  private void run(int rows, int everyNth, int chunkRows, String sql) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable.create(database, rows);
      database.execute(
          "ALTER TABLE item DISABLE TRIGGER USER;"
              + " UPDATE item SET target = upper(source) WHERE id %% %d <> 0;".formatted(everyNth)
              + " ALTER TABLE item ENABLE TRIGGER USER");
      database.execute(
          """
          CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            PERFORM pg_sleep(0.020);
            RETURN NEW;
          END $$;
          """
              + sql);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  CountedTable.SET
                      + "chunk: {rows: %d}\n".formatted(chunkRows)
                      // what the locks do that a run takes, not how it stops for those who wait
                      + "throttle: {blocked-sessions: ignore}\n");
      AtomicBoolean ended = new AtomicBoolean();
      CompletableFuture<Longest> sampler =
          CompletableFuture.supplyAsync(() -> sample(database, ended));
      CompletableFuture<Long> application =
          CompletableFuture.supplyAsync(() -> lockRandomRows(database, rows, ended));
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor(RUN_MAX)).as("%s", process).isZero();
      } finally {
        ended.set(true);
      }
      report(rows, everyNth, watch, sampler.get(), application.get());

      assertThat(sampler.get().samples).isGreaterThan(10);
      assertThat(sampler.get().transactionMillis).isLessThan(DEADLOCK_TIMEOUT.toMillis());
      assertThat(sampler.get().rowLockMillis).isLessThan(DEADLOCK_TIMEOUT.toMillis());
      assertThat(database.count("item WHERE target IS NULL")).isZero();
    }
  }

  private static void report(
      int rows, int everyNth, RunWatch watch, Longest longest, long applicationMillis) {
    System.out.printf(
        "LockTimesIT: %,d rows, guard 1:%,d, %,d rows written, %d samples:"
            + " oldest transaction %d ms, oldest with row locks %d ms,"
            + " longest wait of an application for one row %d ms%n",
        rows,
        everyNth,
        watch.rowsWritten(),
        longest.samples,
        longest.transactionMillis,
        longest.rowLockMillis,
        applicationMillis);
  }

  /** The oldest that was ever seen. */
  private record Longest(int samples, long transactionMillis, long rowLockMillis) {
    Longest and(long transaction, long rowLock) {
      return new Longest(
          samples + 1, Math.max(transactionMillis, transaction), Math.max(rowLockMillis, rowLock));
    }
  }

  private static Longest sample(TestDatabase database, AtomicBoolean ended) {
    Longest[] longest = {new Longest(0, 0, 0)};
    try (Connection connection = database.connect();
        PreparedStatement query =
            connection.prepareStatement(
                """
                SELECT coalesce(max(age), 0)::bigint, coalesce(max(age) FILTER (WHERE locks), 0)::bigint
                FROM (SELECT extract(epoch FROM clock_timestamp() - xact_start) * 1000 AS age,
                             EXISTS (SELECT
                                     FROM pg_locks l
                                     WHERE l.pid = a.pid
                                       AND l.relation = 'item'::regclass
                                       AND l.mode IN ('RowShareLock', 'RowExclusiveLock')) AS locks
                      FROM pg_stat_activity a
                      WHERE datname = current_database()
                        AND application_name = 'sluice'
                        AND backend_type = 'client backend') AS ours
                """)) {
      poll(
          ended,
          () -> {
            try (ResultSet rs = query.executeQuery()) {
              rs.next();
              longest[0] = longest[0].and(rs.getLong(1), rs.getLong(2));
            }
          });
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return longest[0];
  }

  /** What an application feels: the longest time that it waited for one row, in milliseconds. */
  private static long lockRandomRows(TestDatabase database, int rows, AtomicBoolean ended) {
    long[] longest = {0};
    Random random = new Random(1);
    try (Connection connection = database.connect();
        PreparedStatement query =
            connection.prepareStatement("SELECT FROM item WHERE id = ? FOR UPDATE")) {
      poll(
          ended,
          () -> {
            for (int i = 0; i < 20; i++) {
              query.setLong(1, 1 + random.nextInt(rows));
              long start = System.nanoTime();
              query.execute();
              longest[0] = Math.max(longest[0], System.nanoTime() - start);
            }
          });
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return Duration.ofNanos(longest[0]).toMillis();
  }

  private interface Look {
    void look() throws SQLException;
  }

  private static void poll(AtomicBoolean ended, Look look) {
    Awaitility.await()
        .atMost(RUN_MAX.plusMinutes(5))
        .pollDelay(Duration.ZERO)
        .pollInterval(SAMPLE_INTERVAL)
        .until(
            () -> {
              look.look();
              return ended.get();
            });
  }
}
