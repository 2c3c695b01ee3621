package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Tuning;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class RunnerLockIT {

  private static final Migration MIGRATION =
      new SchemaMigration(
          new MigrationId("0001_test"),
          "a test",
          Path.of("jobs/0001_test"),
          "sum",
          List.of(),
          Map.of(
              Script.Kind.UP,
              new Script(Script.Kind.UP, Path.of("jobs/0001_test.up.sql"), "SELECT 1")),
          Tuning.DEFAULT);

  private static final MigrationId ID = new MigrationId("0001_test");
  private static final Duration LIMIT = Duration.ofMillis(500);

  private TestDatabase database;
  private Ledger ledger;

  @BeforeEach
  void createOurTables() {
    database = PostgresServer.newest().newDatabase();
    new SluiceSchema(database.dataSource()).upgrade(duration -> {});
    ledger = new Ledger(new JdbcTemplate(database.dataSource()));
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void onlyOneRunnerHoldsAMigration() throws Exception {
    try (RunnerLock first = take().orElseThrow()) {
      assertThat(first.epoch().number()).isEqualTo(1);
      assertThat(take()).isEmpty();
      assertThat(RunnerLock.holder(database.dataSource(), ID).orElseThrow())
          .startsWith("server process ")
          .contains(" since ");
    }
    assertThat(RunnerLock.holder(database.dataSource(), ID)).isEmpty();
  }

  @Test
  void anotherMigrationHasALockOfItsOwn() throws Exception {
    try (RunnerLock first = take().orElseThrow();
        RunnerLock other =
            RunnerLock.tryTake(
                    database.dataSource(), new MigrationId("0002_other"), "sum", "process 2")
                .orElseThrow()) {
      assertThat(first.epoch()).isNotEqualTo(other.epoch());
    }
  }

  @Test
  void eachTurnHasTheNextEpoch() throws Exception {
    take().orElseThrow().close();
    try (RunnerLock second = take().orElseThrow()) {
      assertThat(second.epoch().number()).isEqualTo(2);
      assertThat(ledger.find(ID).orElseThrow().runner()).isEqualTo("process 1 on host");
    }
  }

  @Test
  void aChunkOfAnEarlierEpochCannotBegin() throws Exception {
    Epoch old;
    try (RunnerLock first = take().orElseThrow()) {
      old = first.epoch();
      enter(old);
    }
    try (RunnerLock second = take().orElseThrow()) {
      enter(second.epoch());
      assertThatThrownBy(() -> enter(old))
          .isInstanceOf(Epoch.FencedException.class)
          .hasMessage(
              "0001_test: another process has taken over this run, this one wrote nothing since");
    }
  }

  @Test
  void aNewRunnerWaitsForTheChunkThatRuns() throws Exception {
    RunnerLock first = take().orElseThrow();
    try (Connection chunk = database.connect()) {
      chunk.setAutoCommit(false);
      JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(chunk, true));
      first.epoch().enter(jdbc, LIMIT, Duration.ofMinutes(1));
      first.close(); // its lock is gone, its chunk is not
      CompletableFuture<RunnerLock> second = CompletableFuture.supplyAsync(this::takeUnchecked);
      waitUntilSomeoneWaitsForTheEpoch();
      assertThat(second).isNotDone();
      chunk.commit();
      second.get().close();
    }
  }

  @Test
  void aLostConnectionIsNoticed() throws Exception {
    try (RunnerLock lock = take().orElseThrow()) {
      lock.throwIfLost();
      database.execute(
          """
          SELECT pg_terminate_backend(pid)
          FROM pg_locks
          WHERE locktype = 'advisory'
            AND pid <> pg_backend_pid()
          """);
      assertThatThrownBy(() -> askUntilItThrows(lock))
          .isInstanceOf(RunnerLock.LockLostException.class)
          .hasMessage(
              "0001_test: the connection that holds the runner lock was lost, all workers stopped");
    }
  }

  private static void askUntilItThrows(RunnerLock lock) throws InterruptedException {
    for (int i = 0; i < 600; i++) {
      lock.throwIfLost();
      Thread.sleep(50);
    }
  }

  @Test
  void theLedgerRefusesAnEdgeThatIsNone() throws Exception {
    try (RunnerLock lock = take().orElseThrow()) {
      assertThatThrownBy(() -> ledger.ended(lock.epoch(), RunState.COMPLETED, null))
          .hasMessage("0001_test: a pending migration cannot become completed");
      ledger.started(lock.epoch(), 1, RunState.RUNNING, MIGRATION, "someone");
      ledger.ended(lock.epoch(), RunState.COMPLETED, null);
      assertThat(ledger.find(ID).orElseThrow().state()).isEqualTo(RunState.COMPLETED);
    }
  }

  @Test
  void twoLaunchersMayCreateOurSchemaAtOnce() throws Exception {
    try (TestDatabase fresh = PostgresServer.newest().newDatabase()) {
      SluiceSchema schema = new SluiceSchema(fresh.dataSource());
      assertThat(schema.exists()).isFalse();
      CompletableFuture<Void> one =
          CompletableFuture.runAsync(() -> schema.upgrade(new StopSignal()));
      CompletableFuture<Void> two =
          CompletableFuture.runAsync(() -> schema.upgrade(new StopSignal()));
      CompletableFuture.allOf(one, two).get();
      assertThat(schema.exists()).isTrue();
    }
  }

  @Test
  void whoKeepsOurSchemaLockedIsNamedAfterAWhile() throws Exception {
    database.execute("DROP SCHEMA sluice CASCADE");
    List<Duration> waits = new ArrayList<>();
    SluiceSchema schema = new SluiceSchema(database.dataSource());
    try (Connection other = database.connect()) {
      assertThat(new SessionLock("sluice.schema").tryTake(other)).isTrue();
      assertThatThrownBy(() -> schema.upgrade(waits::add))
          .isInstanceOf(SluiceSchema.SchemaBusyException.class)
          .message()
          .matches(
              "another process has been creating or upgrading schema sluice for 30 s:"
                  + " server process \\d+ of \\w+ on .+ since .+ UTC\\."
                  + " Wait for it to end, or end it, and run again\\.");
    }
    assertThat(waits.stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofSeconds(30));
    // and its own attempt left nothing behind
    schema.upgrade(waits::add);
  }

  @Test
  void aStopEndsTheWaitForOurSchema() throws Exception {
    database.execute("DROP SCHEMA sluice CASCADE");
    StopSignal stop = new StopSignal();
    stop.stop();
    try (Connection other = database.connect()) {
      new SessionLock("sluice.schema").tryTake(other);
      assertThatThrownBy(() -> new SluiceSchema(database.dataSource()).upgrade(stop))
          .isInstanceOf(Waiter.StoppedException.class);
    }
  }

  @Test
  void noPooledSessionKeepsALockThatWasTakenHalfway() throws Exception {
    database.execute("ALTER TABLE sluice.migration RENAME TO away");
    HikariConfig settings = new HikariConfig();
    settings.setDataSource(database.dataSource());
    settings.setMaximumPoolSize(2);
    try (HikariDataSource pool = new HikariDataSource(settings)) {
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> RunnerLock.tryTake(pool, ID, "sum", "process 1 on host"))
            .isInstanceOf(BadSqlGrammarException.class);
        waitUntilNobodyHoldsTheLock();
      }
      database.execute("ALTER TABLE sluice.away RENAME TO migration");
      RunnerLock.tryTake(pool, ID, "sum", "process 1 on host").orElseThrow().close();
    }
  }

  /** A server notices the end of a session within moments. */
  private void waitUntilNobodyHoldsTheLock() throws InterruptedException {
    for (int i = 0; i < 200; i++) {
      if (RunnerLock.holder(database.dataSource(), ID).isEmpty()) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError(RunnerLock.holder(database.dataSource(), ID).toString());
  }

  private Optional<RunnerLock> take() throws SQLException {
    return RunnerLock.tryTake(database.dataSource(), ID, "sum", "process 1 on host");
  }

  private RunnerLock takeUnchecked() {
    try {
      return take().orElseThrow();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void enter(Epoch epoch) throws SQLException {
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      epoch.enter(new JdbcTemplate(new SingleConnectionDataSource(connection, true)), LIMIT, LIMIT);
      connection.commit();
    }
  }

  private void waitUntilSomeoneWaitsForTheEpoch() throws InterruptedException {
    for (int i = 0; i < 600; i++) {
      if (database.count("pg_locks WHERE locktype = 'advisory' AND NOT granted") > 0) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("nobody waits");
  }
}
