package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.LoggedLines;
import dev.sluice.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class ScriptLocksIT {

  private final ScriptTrial trial;

  @RegisterExtension private final LoggedLines lines = new LoggedLines(Attempts.class);

  ScriptLocksIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute(
        """
        CREATE TABLE "Order" (id bigint PRIMARY KEY, total int);
        INSERT INTO "Order" SELECT i, i FROM generate_series(1, 1000) AS i;
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void triesAgainWhileSomebodyHoldsTheTableAndNamesThem() throws SQLException {
    try (Connection report = trial.holding("report", "SELECT count(*) FROM \"Order\"")) {
      int pid = pid(report);
      Waiter endsTheReport =
          pause -> {
            if (!pause.isZero()) {
              ScriptTrial.commit(report);
            }
          };

      trial.run(
          Kind.EXPAND_UP,
          "ALTER TABLE \"Order\" ADD COLUMN paid boolean",
          endsTheReport,
          ScriptTrial.attempts(3));

      assertThat(lines.all())
          .singleElement(STRING)
          .matches(
              "schema\\.retry migration=0007_split statement=expand\\.up\\.sql:1 attempt=1/3"
                  + " waited=0ms blockers="
                  + pid
                  + ",report,\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    }
  }

  @Test
  void givesUpInTheEndAndSaysWhoHoldsTheTable() throws SQLException {
    try (Connection report = trial.holding("report", "SELECT count(*) FROM \"Order\"")) {
      String since =
          trial.text(
              "SELECT to_char(xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
                  + " FROM pg_stat_activity WHERE pid = "
                  + pid(report));

      assertThatThrownBy(
              () ->
                  trial.run(
                      Kind.EXPAND_UP,
                      "ALTER TABLE \"Order\" ADD COLUMN paid boolean",
                      ScriptTrial.NO_WAIT,
                      ScriptTrial.attempts(2)))
          .isInstanceOf(ScriptException.class)
          .hasMessage(
              """
              jobs/0007_split/expand.up.sql:1: statement 1 of 1: ALTER TABLE "Order" ADD COLUMN paid boolean
              ERROR: canceling statement due to lock timeout [55P03], in each of 2 attempts. Held by (pid, application, since): %d,report,%s.
              Applied before it: nothing.
              Wait until the table is free, or end the sessions that hold it, then 'run 0007_split' or 'up' goes on behind what is applied.
              Or leave it: nothing of the file is applied."""
                  .formatted(pid(report), since));
    }
  }

  @Test
  void aReaderGetsThroughWhileTheTableIsHeld() throws SQLException {
    try (Connection report = trial.holding("report", "SELECT count(*) FROM \"Order\"")) {
      CountDownLatch reportEnded = new CountDownLatch(1);
      CountDownLatch paused = new CountDownLatch(1);
      Waiter untilTheReportEnds =
          pause -> {
            if (!pause.isZero()) {
              paused.countDown();
              await(reportEnded);
            }
          };
      Duration ample = Duration.ofSeconds(30);
      CompletableFuture<ScriptResult> run =
          CompletableFuture.supplyAsync(
              () ->
                  trial.run(
                      Kind.CONSTRAIN_UP,
                      "ALTER TABLE \"Order\" ALTER total SET NOT NULL",
                      untilTheReportEnds,
                      new ScriptSettings(
                          Duration.ofSeconds(3), ample, ample, 3, Duration.ofMinutes(1))));

      Awaitility.await().until(() -> trial.isTrue(waits("AccessExclusiveLock")));
      long behindTheWaiter = trial.database.count("\"Order\"");
      await(paused);

      assertThat(behindTheWaiter).isEqualTo(1000);
      assertThat(run).isNotDone(); // the report has not ended, yet the reader was served
      ScriptTrial.commit(report);
      reportEnded.countDown();
      run.join();
      assertThat(notNull()).isTrue();
    }
  }

  @Test
  void readersAndWritersGoOnWhileTheScanIsAtWork() throws SQLException {
    try (Connection maintenance = trial.holding("maintenance", "SELECT 1")) {
      int[] asked = {0};
      Waiter locksBeforeTheScan =
          pause -> {
            if (++asked[0] == 2) { // the check is there, VALIDATE comes next
              ScriptTrial.execute(
                  maintenance, "LOCK TABLE \"Order\" IN SHARE UPDATE EXCLUSIVE MODE");
            }
          };
      Duration ample = Duration.ofSeconds(30);
      CompletableFuture<ScriptResult> run =
          CompletableFuture.supplyAsync(
              () ->
                  trial.run(
                      Kind.CONSTRAIN_UP,
                      "ALTER TABLE \"Order\" ALTER total SET NOT NULL",
                      locksBeforeTheScan,
                      new ScriptSettings(ample, ample, ample, 1, ample)));

      Awaitility.await().until(() -> trial.isTrue(waits("ShareUpdateExclusiveLock")));

      assertThat(
              trial.isTrue(
                  "EXISTS (SELECT FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation ="
                      + " '\"Order\"'::regclass)"))
          .isFalse();
      trial.database.execute("SET lock_timeout = 100; UPDATE \"Order\" SET total = 5 WHERE id = 5");
      ScriptTrial.commit(maintenance);
      run.join();
      assertThat(notNull()).isTrue();
    }
  }

  @Test
  void statementsOfOneTransactionShareTheTimeTheyMayWait() throws SQLException {
    trial.database.execute("CREATE TABLE other (id int)");
    ScriptSettings oneSecond =
        new ScriptSettings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30),
            1,
            Duration.ofMinutes(1));
    try (Connection report = trial.holding("report", "SELECT count(*) FROM other")) {
      assertThatThrownBy(
              () ->
                  trial.run(
                      Kind.CONSTRAIN_UP,
                      """
                      SELECT pg_sleep(0.95);
                      DO $$ BEGIN ASSERT current_setting('lock_timeout') = '10ms'; END $$;
                      ALTER TABLE other ADD COLUMN a int;
                      """,
                      ScriptTrial.NO_WAIT,
                      oneSecond))
          .hasMessageContaining("constrain.up.sql:3")
          .hasMessageContaining("[55P03]")
          .hasMessageContaining(pid(report) + ",report,");
    }
  }

  private boolean notNull() {
    return trial.isTrue(
        "(SELECT attnotnull FROM pg_attribute WHERE attrelid = '\"Order\"'::regclass AND attname ="
            + " 'total')");
  }

  private static String waits(String mode) {
    return "EXISTS (SELECT FROM pg_locks WHERE NOT granted AND mode = '%s' AND relation ="
            .formatted(mode)
        + " '\"Order\"'::regclass)";
  }

  private static int pid(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        var row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
