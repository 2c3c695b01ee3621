package dev.sluice.torture;

import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** How far the run is, by its own checkpoints. For one thread; survives the server's restarts. */
final class Progress implements AutoCloseable {
  private final TestDatabase database;
  private final KeyKind kind;
  private @Nullable Connection connection;

  Progress(TestDatabase database, KeyKind kind) {
    this.database = database;
    this.kind = kind;
  }

  private JdbcClient jdbc() {
    try {
      Connection open = connection;
      if (open == null || !open.isValid(1)) {
        open = database.connect();
        connection = open;
      }
      return JdbcClient.create(new SingleConnectionDataSource(open, true));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rows that committed chunks are done with, over all launches. */
  long rowsDone() {
    return ask(
        """
        SELECT coalesce(sum(read_count), 0)
        FROM sluice.batch_step_execution
        WHERE step_name LIKE 'chunks:%' OR step_name = 'sweep'
        """);
  }

  /** Chunks committed, over all launches: the number of checkpoints. */
  long checkpoints() {
    return ask("SELECT coalesce(sum(commit_count), 0) FROM sluice.batch_step_execution");
  }

  /** Rows under the guard. */
  long rowsDue() {
    return count("SELECT count(*) FROM %s WHERE target IS NULL".formatted(kind.table()));
  }

  /** Of the job repository, which is made by the first launch: 0 before. */
  private long ask(String sql) {
    return jdbc()
            .sql("SELECT to_regclass('sluice.batch_step_execution') IS NOT NULL")
            .query(Boolean.class)
            .single()
        ? count(sql)
        : 0;
  }

  private long count(String sql) {
    return jdbc().sql(sql).query(Long.class).single();
  }

  String state() {
    return jdbc()
        .sql("SELECT state FROM sluice.migration WHERE id = ?")
        .param(Form.ID)
        .query(String.class)
        .single();
  }

  @Override
  public void close() throws SQLException {
    Connection open = connection;
    if (open != null) {
      open.close();
    }
  }
}
