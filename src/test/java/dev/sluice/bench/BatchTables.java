package dev.sluice.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** What Spring Batch's tables tell of a run, over a connection of its own. */
final class BatchTables implements AutoCloseable {

  private static final long NONE = 0;

  private final Connection connection;
  private final JdbcTemplate jdbc;

  BatchTables(BenchDatabase database) throws SQLException {
    connection = database.dataSource().getConnection();
    jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
  }

  /** By committed chunks; 0 as long as there are no tables. */
  long rowsWritten() {
    return isThere()
        ? number(
            """
            SELECT coalesce(sum(write_count), 0)
            FROM sluice.batch_step_execution
            WHERE step_name LIKE 'chunks:%'
            """)
        : NONE;
  }

  /** The number of the last launch. */
  long lastExecution() {
    return number("SELECT max(job_execution_id) FROM sluice.batch_job_execution");
  }

  /** Whether a launch after that one has committed a chunk. */
  boolean hasChunkAfter(long execution) {
    return number(
            """
            SELECT count(*)
            FROM sluice.batch_step_execution
            WHERE job_execution_id > %d
              AND step_name LIKE 'chunks:%%'
              AND commit_count > 0
            """
                .formatted(execution))
        > 0;
  }

  private boolean isThere() {
    return number("SELECT count(to_regclass('sluice.batch_step_execution'))") > 0;
  }

  private long number(String sql) {
    return Objects.requireNonNull(jdbc.queryForObject(sql, Long.class), sql);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
