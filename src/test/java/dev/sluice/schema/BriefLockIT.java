package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.SqlStates;
import dev.sluice.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Making and dropping a trigger beside an application that uses the table: two partitions of it,
 * the other way round than we do.
 */
class BriefLockIT {

  private static final TableTrigger TRIGGER =
      new TableTrigger(
          new Identifier("zz_sluice_0007_split"),
          new TableName(null, new Identifier("Order")),
          "sluice.\"born_0007_split\"");

  private final ScriptTrial trial = new ScriptTrial(PostgresServer.newest());

  @BeforeEach
  void createTables() {
    trial.database.execute(
        """
        CREATE TABLE "Order" (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE low PARTITION OF "Order" FOR VALUES FROM (0) TO (100);
        CREATE TABLE high PARTITION OF "Order" FOR VALUES FROM (100) TO (200);
        CREATE FUNCTION sluice."born_0007_split"() RETURNS trigger
        LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  /** PostgreSQL makes triggers from the first partition on, and drops them from the last one on. */
  @ParameterizedTest
  @CsvSource({
    "make, low, 1, high, 100",
    "drop, high, 100, low, 1",
    "drop function, high, 100, low, 1",
  })
  void theApplicationNeitherWaitsForASecondNorGetsADeadlock(
      String what, String first, int firstRow, String last, int lastRow) throws SQLException {
    if (!what.equals("make")) {
      lock(1).run(BriefLockIT::make);
    }
    try (Connection report =
            trial.holding("report", "LOCK TABLE %s IN ROW EXCLUSIVE MODE".formatted(first));
        Connection application =
            trial.holding(
                "application",
                "SET lock_timeout = 1000; INSERT INTO %s VALUES (%d)".formatted(last, lastRow))) {
      CompletableFuture<Void> ours =
          CompletableFuture.runAsync(() -> assertThatGivesWay(() -> lock(1).run(work(what))));
      Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> waiting(first) > 0);
      CompletableFuture<Void> use =
          CompletableFuture.runAsync(
              () ->
                  ScriptTrial.execute(
                      application, "INSERT INTO %s VALUES (%d)".formatted(first, firstRow)));
      Awaitility.await()
          .pollInterval(Duration.ofMillis(5))
          .until(() -> waiting(first) == 2 || use.isDone());
      ScriptTrial.commit(report); // ours comes next, and then waits for the application

      use.join(); // neither 40P01 nor 55P03
      ScriptTrial.commit(application);
      ours.join();
    }
    assertThat(trial.database.count("\"Order\"")).isEqualTo(2);
  }

  private static void assertThatGivesWay(Runnable work) {
    assertThatThrownBy(work::run).satisfies(e -> assertThat(SqlStates.isTransient(e)).isTrue());
  }

  /** A statement is short enough, both of them together are not. */
  @Test
  void statementsOfOneTransactionShareItsTime() {
    assertThatThrownBy(
            () ->
                lock(1)
                    .once(
                        turn -> {
                          turn.execute("SELECT pg_sleep(0.5)");
                          turn.execute("SELECT pg_sleep(0.5)");
                        }))
        .satisfies(e -> assertThat(SqlStates.isTransient(e)).isTrue())
        .hasMessageContaining("its time is over");
  }

  @Test
  void anAutovacuumInTheWayIsWaitedForUntilItGivesWay() throws SQLException {
    List<String> limits = new ArrayList<>();
    try (Connection vacuum =
        trial.holding("autovacuum worker", "LOCK TABLE high IN SHARE UPDATE EXCLUSIVE MODE")) {
      lock(3)
          .run(
              turn -> {
                if (limits.size() == 2) {
                  ScriptTrial.commit(vacuum);
                }
                turn.execute("SELECT 1");
                limits.add(setting(turn, "lock_timeout"));
                make(turn);
              });
    }
    assertThat(limits).hasSize(3);
    assertThat(Integer.parseInt(limits.get(0))).isBetween(10, 450);
    assertThat(limits.subList(1, 3)).allSatisfy(BriefLockIT::isLongerThanTheDeadlockTimeout);
    assertThat(exists()).isTrue();
  }

  private static void isLongerThanTheDeadlockTimeout(String limit) {
    assertThat(Integer.parseInt(limit)).isBetween(1001, 1500);
  }

  @Test
  void whatStandsStaysAndWhatIsDisabledIsEnabled() {
    lock(1).run(BriefLockIT::make);
    String oid = trial.text("SELECT oid FROM pg_trigger WHERE tgrelid = '\"Order\"'::regclass");
    List<Boolean> made = new ArrayList<>();
    lock(1).run(turn -> made.add(TRIGGER.make(turn, "AFTER INSERT", "")));
    trial.database.execute("ALTER TABLE high DISABLE TRIGGER ALL");
    lock(1).run(turn -> made.add(TRIGGER.make(turn, "AFTER INSERT", "")));

    assertThat(made).containsExactly(false, true);
    assertThat(
            trial.text(
                """
                SELECT string_agg(tgenabled::text, '' ORDER BY tgrelid)
                       || (SELECT oid FROM pg_trigger WHERE tgrelid = '"Order"'::regclass)
                FROM pg_trigger WHERE tgname = 'zz_sluice_0007_split'
                """))
        .isEqualTo("AAA" + oid);
    lock(1).run(TRIGGER::drop);
    lock(1).run(TRIGGER::drop);
    assertThat(exists()).isFalse();
  }

  @Test
  void whatIsGivenUpNeverWas() {
    lock(1)
        .run(
            turn -> {
              make(turn);
              turn.giveUp();
            });
    assertThat(exists()).isFalse();
  }

  private static void make(BriefLock.Turn turn) {
    TRIGGER.make(turn, "AFTER INSERT", "");
  }

  private static Consumer<BriefLock.Turn> work(String what) {
    return switch (what) {
      case "make" -> BriefLockIT::make;
      case "drop" -> TRIGGER::drop;
      default -> turn -> turn.execute("DROP FUNCTION %s() CASCADE".formatted(TRIGGER.function()));
    };
  }

  private BriefLock lock(int attempts) {
    return new BriefLock(
        trial.database.dataSource(),
        ScriptTrial.NO_WAIT,
        ScriptSettings.DEFAULT.withAttempts(attempts),
        "undo",
        ScriptTrial.ID);
  }

  private static String setting(BriefLock.Turn turn, String setting) {
    return String.valueOf(
        turn.jdbc()
            .queryForObject(
                "SELECT setting FROM pg_settings WHERE name = ?", String.class, setting));
  }

  private long waiting(String table) {
    return trial.database.count(
        "pg_locks WHERE NOT granted AND relation = '%s'::regclass".formatted(table));
  }

  private boolean exists() {
    return trial.isTrue("EXISTS (SELECT FROM pg_trigger WHERE tgname = 'zz_sluice_0007_split')");
  }
}
