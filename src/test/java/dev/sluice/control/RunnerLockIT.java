package dev.sluice.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.MigrationId;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class RunnerLockIT {

  private static final MigrationId ID = new MigrationId("0001_test");
  private static final Duration LIMIT = Duration.ofMillis(500);

  private TestDatabase database;
  private Ledger ledger;

  @BeforeEach
  void createOurTables() {
    database = PostgresServer.newest().newDatabase();
    new SluiceSchema(database.dataSource()).upgrade();
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
      ledger.started(lock.epoch(), RunState.RUNNING, "sum", "someone");
      ledger.ended(lock.epoch(), RunState.COMPLETED, null);
      assertThat(ledger.find(ID).orElseThrow().state()).isEqualTo(RunState.COMPLETED);
    }
  }

  @Test
  void twoLaunchersMayCreateOurSchemaAtOnce() throws Exception {
    try (TestDatabase fresh = PostgresServer.newest().newDatabase()) {
      SluiceSchema schema = new SluiceSchema(fresh.dataSource());
      assertThat(schema.exists()).isFalse();
      CompletableFuture<Void> one = CompletableFuture.runAsync(schema::upgrade);
      CompletableFuture<Void> two = CompletableFuture.runAsync(schema::upgrade);
      CompletableFuture.allOf(one, two).get();
      assertThat(schema.exists()).isTrue();
    }
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
