package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PgBouncer;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import dev.sluice.testing.TransactionPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pooler between the program and the server. */
class PoolerIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 2_000;
  private static final int REFUSED = 3;

  @TempDir private Path jobs;
  @TempDir private Path configuration;
  private TestDatabase database;
  private CountedTable table;

  @BeforeEach
  void createTable() {
    database = PostgresServer.newest().newDatabase();
    table = CountedTable.create(database, ROWS);
    new Migrations(jobs, database).define(ID, CountedTable.SET);
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSessionForEachTransactionIsRefusedBeforeAnythingIsSet(boolean inTurn) throws Exception {
    Assumptions.assumeTrue(database.server().trustsClients(), "a pooler that knows no password");
    try (TransactionPool pool = database.server().newTransactionPool(inTurn)) {
      String seen =
          inTurn
              ? "server processes \\d+ and \\d+ answered one connection"
              : "server process \\d+ answered two connections";
      assertRefused(pool.jdbcUrl(database.name()), seen);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "transaction, server process \\d+ answered two connections",
    "statement, it allows no transactions at all"
  })
  void pgBouncerIsRefusedInModesWithoutSessions(String mode, String seen) throws Exception {
    try (PgBouncer bouncer = start(mode)) {
      assertRefused(bouncer.jdbcUrl(database.name()), seen);
    }
  }

  @Test
  void pgBouncerIsNoHindranceInSessionMode() throws Exception {
    try (PgBouncer bouncer = start("session");
        SluiceProcess process = run(bouncer.jdbcUrl(database.name()))) {
      assertThat(process.waitFor()).as("%s", process).isZero();
    }
    table.assertEachRowUpdatedOnce(ROWS);
  }

  private PgBouncer start(String mode) throws Exception {
    Assumptions.assumeTrue(PgBouncer.isInstalled(), "pgbouncer is installed");
    Files.setPosixFilePermissions(configuration, PosixFilePermissions.fromString("rwxr-xr-x"));
    return PgBouncer.start(database.server(), configuration, mode);
  }

  private SluiceProcess run(String url) {
    return SluiceProcess.command(
            "run", ID, "--jobs", jobs.toString(), "--url", url, "--user", database.server().user())
        .withEnvironment("PGPASSWORD", database.server().password())
        .start();
  }

  private void assertRefused(String url, String seen) throws SQLException {
    try (SluiceProcess process = run(url)) {
      assertThat(process.waitFor()).as("%s", process).isEqualTo(REFUSED);
      assertThat(process.err().lines().toList().get((int) process.err().lines().count() - 1))
          .matches(
              "database: the connection leads through a pooler that lends it a session of the"
                  + " server for one transaction at a time \\("
                  + seen
                  + "\\), like PgBouncer with pool_mode = transaction\\. Locks and settings need a"
                  + " session of their own\\. Connect to the server itself, or to a pool with"
                  + " pool_mode = session\\.");
    }
    assertThat(settingsOfASession(url)).as("what an application finds set").isEqualTo("on, LOCAL");
    assertThat(database.count("pg_locks WHERE locktype = 'advisory'")).isZero();
    assertThat(database.count("pg_namespace WHERE nspname = 'sluice'")).isZero();
  }

  private String settingsOfASession(String url) throws SQLException {
    try (Connection application =
            DriverManager.getConnection(
                url, database.server().user(), database.server().password());
        Statement statement = application.createStatement();
        ResultSet rs =
            statement.executeQuery(
                """
                SELECT current_setting('row_security') || ', ' || CASE source WHEN 'session' THEN
                         'set by a session' ELSE 'LOCAL' END
                FROM pg_settings
                WHERE name = 'plan_cache_mode'
                """)) {
      rs.next();
      return rs.getString(1);
    }
  }
}
