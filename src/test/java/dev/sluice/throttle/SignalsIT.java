package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.TableName;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.ThrottlePolicy.Load;
import dev.sluice.migration.ThrottlePolicy.Wal;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** What each signal reads on a real server, as a superuser and as a role without privileges. */
class SignalsIT {

  private static final String SERVERS = "dev.sluice.testing.PostgresServer#all";
  private static final String CHUNK_LOCK = "sluice.epoch/0001_test/7";
  private static final TableName TABLE = TableName.parse("\"Order\"");
  private static final ThrottlePolicy POLICY = ThrottlePolicy.DEFAULT;

  private static JdbcTemplate plainRole(TestDatabase database) {
    String role = "plain_" + database.name();
    database.execute(
        """
        DO $$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%1$s') THEN
            CREATE ROLE %1$s LOGIN PASSWORD 'plain';
          END IF;
        END $$
        """
            .formatted(role));
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(database.url());
    source.setUser(role);
    source.setPassword("plain");
    return new JdbcTemplate(source);
  }

  private static JdbcTemplate superuser(TestDatabase database) {
    return new JdbcTemplate(database.dataSource());
  }

  private static void dropRole(TestDatabase database) {
    database.execute("DROP ROLE IF EXISTS plain_" + database.name());
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void aRoleWithoutPrivilegesSeesWhoWaitsForAChunkOfThisLaunchAndForNoOther(PostgresServer server)
      throws Exception {
    try (TestDatabase database = server.newDatabase();
        Connection chunk = database.connect();
        Connection other = database.connect();
        Connection application = database.connect();
        Connection another = database.connect()) {
      database.execute("CREATE TABLE \"Order\" (id int PRIMARY KEY)");
      database.execute("INSERT INTO \"Order\" VALUES (1), (2)");
      JdbcTemplate plain = plainRole(database);
      BlockedSessions signal = new BlockedSessions(CHUNK_LOCK);
      lockRow(other, "sluice.epoch/0002_other/1", 2);
      assertThat(signal.read(plain, POLICY)).as("no chunk").isEmpty();

      lockRow(chunk, CHUNK_LOCK, 1);
      CompletableFuture<Void> waits2 = updateInBackground(another, 2);
      awaitWaiting(database, 1);
      assertThat(signal.read(plain, POLICY)).as("waits for another").isEmpty();

      CompletableFuture<Void> waits1 = updateInBackground(application, 1);
      awaitWaiting(database, 2);
      Awaitility.await("a wait too long to be tolerated")
          .until(() -> signal.read(plain, POLICY).isPresent());
      assertThat(signal.read(plain, POLICY))
          .hasValueSatisfying(
              reason ->
                  assertThat(reason)
                      .matches("1 session waits for rows of this run, [0-9.]+ m?s so far"));

      chunk.rollback();
      other.rollback();
      waits1.join();
      waits2.join();
      assertThat(signal.read(plain, POLICY)).as("over").isEmpty();
      dropRole(database);
    }
  }

  private static void lockRow(Connection connection, String lock, int id) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement take =
            connection.prepareStatement(
                "SELECT pg_try_advisory_xact_lock_shared(hashtextextended(?, 0))");
        Statement statement = connection.createStatement()) {
      take.setString(1, lock);
      take.execute();
      statement.execute("SELECT FROM \"Order\" WHERE id = %d FOR NO KEY UPDATE".formatted(id));
    }
  }

  private static CompletableFuture<Void> updateInBackground(Connection connection, int id) {
    return CompletableFuture.runAsync(
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT FROM \"Order\" WHERE id = %d FOR UPDATE".formatted(id));
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void awaitWaiting(TestDatabase database, int sessions) {
    Awaitility.await("sessions that wait")
        .until(
            () ->
                database.count(
                        "pg_stat_activity WHERE datname = current_database()"
                            + " AND wait_event_type = 'Lock'")
                    == sessions);
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void whatARoleMayNotSeeIsNoAnswer(PostgresServer server) {
    ThrottlePolicy policy =
        POLICY
            .withWal(new Wal(Duration.ofSeconds(5), DataSize.ZERO, DataSize.ZERO, 1))
            .withLoad(new Load(true, true, 1, Duration.ofSeconds(1)));
    try (TestDatabase database = server.newDatabase()) {
      JdbcTemplate plain = plainRole(database);
      String role = "plain_" + database.name();
      String sessions =
          "role '%1$s' may not see other roles' sessions and standbys. GRANT pg_monitor TO \"%1$s\";"
              .formatted(role);

      assertThatThrownBy(() -> new ReplicaLag(System::nanoTime).read(plain, policy))
          .hasMessage(sessions);
      assertThatThrownBy(() -> new ActiveSessions().read(plain, policy)).hasMessage(sessions);
      assertThatThrownBy(() -> new LongTransactions(TABLE).read(plain, policy))
          .hasMessage(sessions);
      assertThatThrownBy(() -> new ArchiveBacklog().read(plain, policy))
          .hasMessage(
              "role '%1$s' may not see what waits for the archive. GRANT pg_monitor TO \"%1$s\";"
                  .formatted(role));
      assertThat(new SlotWal().read(plain, policy)).isEmpty();
      assertThat(new TableVacuum(TABLE).read(plain, policy)).isEmpty();

      database.execute("GRANT pg_monitor TO " + role);
      assertThat(new ReplicaLag(System::nanoTime).read(plain, policy)).isEmpty();
      assertThat(new ArchiveBacklog().read(plain, policy)).as("archive_mode is off").isEmpty();
      assertThat(new LongTransactions(TABLE).read(plain, policy)).isEmpty();
      new ActiveSessions().read(plain, policy);
      database.execute("REVOKE pg_monitor FROM " + role);
      dropRole(database);
    }
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void walThatASlotKeepsIsSeenByAnyRole(PostgresServer server) {
    ThrottlePolicy policy =
        POLICY.withWal(new Wal(Duration.ZERO, DataSize.ZERO, DataSize.of(1, "MB"), 0));
    try (TestDatabase database = server.newDatabase()) {
      JdbcTemplate plain = plainRole(database);
      String slot = "kept_by_" + database.name();
      database.execute("SELECT pg_create_physical_replication_slot('%s', true)".formatted(slot));
      try {
        database.execute(
            "CREATE TABLE filler AS SELECT repeat('x', 100) FROM generate_series(1, 40000)");
        assertThat(new SlotWal().read(plain, policy))
            .hasValueSatisfying(
                reason ->
                    assertThat(reason)
                        .matches(
                            "replication slot '%s' keeps [0-9.]+ MB of WAL > 1 MB"
                                .formatted(slot)));
      } finally {
        database.execute("SELECT pg_drop_replication_slot('%s')".formatted(slot));
      }
      assertThat(new SlotWal().read(plain, policy)).isEmpty();
      dropRole(database);
    }
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void sessionsThatWorkCountAndOursDoNot(PostgresServer server) throws SQLException {
    ThrottlePolicy policy = POLICY.withLoad(new Load(true, true, 1, Duration.ZERO));
    try (TestDatabase database = server.newDatabase();
        Connection application = database.connect();
        Connection second = database.connect();
        Connection ours = database.connect()) {
      List<CompletableFuture<Void>> work =
          List.of(
              sleepInBackground(application, "shop"),
              sleepInBackground(second, "shop"),
              sleepInBackground(ours, "PostgreSQL JDBC Driver"));
      String asleep =
          "pg_stat_activity WHERE datname = current_database() AND state = 'active'"
              + " AND query = 'SELECT pg_sleep(600)'";
      Awaitility.await("sessions that work").until(() -> database.count(asleep) == 3);
      assertThat(new ActiveSessions().read(superuser(database), policy))
          .hasValue("2 active sessions > 1");
      superuser(database).execute("SELECT pg_cancel_backend(pid) FROM " + asleep);
      work.forEach(CompletableFuture::join);
      assertThat(new ActiveSessions().read(superuser(database), policy)).isEmpty();
    }
  }

  private static CompletableFuture<Void> sleepInBackground(Connection connection, String name)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET application_name = '%s'".formatted(name));
    }
    return CompletableFuture.runAsync(
        () -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_sleep(600)");
          } catch (SQLException e) {
            return; // cancelled
          }
        });
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void anOldTransactionCountsOnlyWhereDeadRowsPileUp(PostgresServer server) throws SQLException {
    ThrottlePolicy policy = POLICY.withLoad(new Load(true, true, 0, Duration.ofMillis(1)));
    try (TestDatabase database = server.newDatabase();
        Connection old = database.connect()) {
      database.execute(
          """
          CREATE TABLE "Order" (id int PRIMARY KEY, n int) PARTITION BY RANGE (id);
          CREATE TABLE low PARTITION OF "Order" FOR VALUES FROM (1) TO (10001)
            WITH (autovacuum_enabled = off);
          CREATE TABLE high PARTITION OF "Order" FOR VALUES FROM (10001) TO (20001)
            WITH (autovacuum_enabled = off);
          INSERT INTO "Order" SELECT i, 0 FROM generate_series(1, 20000) AS i;
          """);
      old.setAutoCommit(false);
      old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (Statement statement = old.createStatement()) {
        statement.execute("SELECT count(*) FROM \"Order\"");
      }
      LongTransactions signal = new LongTransactions(TABLE);
      assertThat(signal.read(superuser(database), policy)).isEmpty();

      database.execute("UPDATE \"Order\" SET n = 1");
      Awaitility.await("statistics")
          .until(() -> signal.read(superuser(database), policy).isPresent());
      assertThat(signal.read(superuser(database), policy))
          .hasValueSatisfying(
              reason ->
                  assertThat(reason)
                      .matches(
                          "process [0-9]+ is in a transaction for [0-9.]+ m?s > 1 ms, and keeps"
                              + " vacuum from 20000 dead rows"));
      old.rollback();
      assertThat(signal.read(superuser(database), policy)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void theUsersQueryIsAskedForOneBoolean(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      assertThat(when(database, "SELECT 'a?b' LIKE '%:b' OR true"))
          .hasValue("throttle.when returned true");
      assertThat(when(database, "SELECT false")).isEmpty();
      assertThatThrownBy(() -> when(database, "SELECT NULL::boolean"))
          .hasMessage("it returned NULL. It must return one row with true or false.");
      assertThatThrownBy(() -> when(database, "SELECT true WHERE false"))
          .hasMessage("it returned no row. It must return one row with true or false.");
      assertThatThrownBy(() -> when(database, "SELECT true FROM generate_series(1, 2)"))
          .hasMessage("it returned more than one row. It must return one row with true or false.");
      assertThatThrownBy(() -> when(database, "SELECT 1"))
          .hasMessage(
              "it returned type int4, not boolean. It must return one row with true or false.");
      assertThatThrownBy(() -> when(database, "SELECT true FROM nowhere"))
          .isInstanceOf(DataAccessException.class);
    }
  }

  @ParameterizedTest
  @MethodSource(SERVERS)
  void ofAUsersQueryThatReturnsManyRowsTwoAreRead(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      database.execute("CREATE SEQUENCE rows_returned");
      String sql = "SELECT nextval('rows_returned') > 0 FROM generate_series(1, 100000)";
      assertThatThrownBy(() -> when(database, sql))
          .hasMessage("it returned more than one row. It must return one row with true or false.");
      assertThat(
              superuser(database)
                  .queryForObject("SELECT last_value FROM rows_returned", Long.class))
          .isEqualTo(2);
    }
  }

  private static Optional<String> when(TestDatabase database, String sql) {
    return new WhenQuery().read(superuser(database), POLICY.withWhen(sql));
  }
}
