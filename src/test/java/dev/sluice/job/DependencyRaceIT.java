package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A migration begins while the one that it depends on is taken back. A held row of the ledger stops
 * either between its check and the note of its start.
 */
class DependencyRaceIT {

  private static final String STANDING = "0001_a: 0002_b depends on it. Take that back first.\n";

  private final TestDatabase database = PostgresServer.newest().newDatabase();
  @TempDir private Path jobs;
  private Program a;
  private Program b;

  @BeforeEach
  void define() {
    database.execute(
        """
        CREATE TABLE t (id int PRIMARY KEY, x int, y int);
        INSERT INTO t VALUES (1), (2);
        """);
    a =
        new Program(database, jobs, "0001_a")
            .define("table: t\nwhere: x IS NULL\nset: {x: \"1\"}\n");
    a.run().done();
    b =
        new Program(database, jobs, "0002_b")
            .define("table: t\nwhere: y IS NULL\nset: {y: x}\ndepends-on: [0001_a]\n");
  }

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void whatItDependsOnIsTakenBackSinceItsCheck() throws SQLException {
    try (Connection other = holding("0001_a")) {
      CompletableFuture<Program.Answer> run = CompletableFuture.supplyAsync(b::run);
      awaitWaiting(1);
      end(other, "UPDATE sluice.migration SET state = 'rolling_back' WHERE id = '0001_a'");

      assertThat(run.join().failed(3))
          .isEqualTo("0002_b: depends on 0001_a, not applied yet. Run that first.\n");
    }
    assertThat(database.count("t WHERE y IS NULL")).isEqualTo(2);
    assertThat(database.count("sluice.migration WHERE id = '0002_b' AND state = 'pending'"))
        .isOne();
  }

  @Test
  void whatDependsOnItHasBegunSinceItsCheck() throws SQLException {
    b.run().done();
    b.rollback().done();
    try (Connection other = holding("0002_b")) {
      CompletableFuture<Program.Answer> rollback = CompletableFuture.supplyAsync(a::rollback);
      awaitWaiting(1);
      end(other, "UPDATE sluice.migration SET state = 'running' WHERE id = '0002_b'");

      assertThat(rollback.join().failed(3)).isEqualTo(STANDING);
    }
    assertThat(database.count("t WHERE x = 1")).isEqualTo(2);
    assertThat(database.count("sluice.migration WHERE id = '0001_a' AND state = 'completed'"))
        .isOne();
  }

  @Test
  void ofARunAndARollbackAtOnceOneIsRefused() throws SQLException {
    CompletableFuture<Program.Answer> run;
    CompletableFuture<Program.Answer> rollback;
    try (Connection other = holding("0001_a")) {
      run = CompletableFuture.supplyAsync(b::run);
      awaitWaiting(1);
      rollback = CompletableFuture.supplyAsync(a::rollback);
      awaitWaiting(2);
      end(other, "SELECT 1");
    }
    run.join().done(); // it came first
    assertThat(rollback.join().failed(3)).isEqualTo(STANDING);
    assertThat(database.count("t WHERE x = 1 AND y = 1")).isEqualTo(2);
  }

  private Connection holding(String id) throws SQLException {
    Connection connection = database.connect();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT FROM sluice.migration WHERE id = '%s' FOR UPDATE".formatted(id));
    }
    return connection;
  }

  private static void end(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    connection.commit();
  }

  /** On the ledger's row: for the transaction that holds it, or to be the next one. */
  private void awaitWaiting(int sessions) {
    Awaitility.await()
        .until(
            () ->
                database.count(
                        "pg_stat_activity WHERE datname = current_database() AND wait_event_type ="
                            + " 'Lock'")
                    == sessions);
  }
}
