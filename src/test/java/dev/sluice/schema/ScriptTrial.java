package dev.sluice.schema;

import dev.sluice.control.SluiceSchema;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** A database with the program's own tables, on which one migration's files are run. */
final class ScriptTrial implements AutoCloseable {
  static final MigrationId ID = new MigrationId("0007_split");

  /** Waits for nothing: what fails for a lock is tried again at once. */
  static final Waiter NO_WAIT = duration -> {};

  private static final Duration AMPLE = Duration.ofSeconds(30);

  final TestDatabase database;

  /** One attempt, which has time enough on a busy machine. */
  static final ScriptSettings ONCE = new ScriptSettings(AMPLE, AMPLE, AMPLE, 1, AMPLE);

  ScriptTrial(PostgresServer server) {
    database = server.newDatabase();
    new SluiceSchema(database.dataSource()).upgrade(duration -> {});
  }

  /** Gives up on a lock quickly, so many times. */
  static ScriptSettings attempts(int attempts) {
    return new ScriptSettings(
        Duration.ofMillis(200), Duration.ofMillis(500), AMPLE, attempts, Duration.ofMinutes(1));
  }

  static Script script(Kind kind, String text) {
    return new Script(kind, Path.of("jobs/0007_split", kind.fileName()), text);
  }

  ScriptResult run(Kind kind, String text) {
    return run(kind, text, NO_WAIT, ONCE);
  }

  ScriptResult run(Kind kind, String text, Waiter waiter, ScriptSettings settings) {
    return new ScriptRunner(database.dataSource(), waiter, settings).run(ID, script(kind, text));
  }

  /** A session with a name, in an open transaction in which it has run {@code sql}. */
  Connection holding(String name, String sql) throws SQLException {
    Connection connection = database.connect();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET application_name = '" + name + "'");
      statement.execute(sql);
    }
    return connection;
  }

  /** For lambdas: a failure ends the test. */
  static void execute(Connection connection, String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static void commit(Connection connection) {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isTrue(String condition) {
    return database.jdbc().sql("SELECT " + condition).query(Boolean.class).single();
  }

  String text(String expression) {
    return database.jdbc().sql("SELECT (" + expression + ")::text").query(String.class).single();
  }

  @Override
  public void close() {
    database.close();
  }
}
