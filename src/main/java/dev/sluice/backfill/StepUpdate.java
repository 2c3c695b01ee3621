package dev.sluice.backfill;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.repository.dao.DefaultExecutionContextSerializer;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Stores what a chunk changes of its step execution, in the chunk's transaction: counters, version,
 * and the context if the checkpoint moved. Where and as Spring Batch stores it, which reads it.
 *
 * <p>One round trip, where {@code JobRepository} takes three for each chunk: context, step, and the
 * job's version, which tells it of a stop; ours comes another way. It also sends them under a lock
 * of all workers. A chunk of {@code set:} so takes 5 round trips instead of 7.
 */
final class StepUpdate {

  /** What Spring Batch's {@code JdbcExecutionContextDao} keeps in the short column. */
  private static final int SHORT_CONTEXT_MAX = 2500;

  private static final String CUT = " ...";
  private static final int CUT_AT = SHORT_CONTEXT_MAX - 8;

  private static final String STORE_CONTEXT =
      """
      UPDATE sluice.batch_step_execution_context
      SET short_context = ?,
          serialized_context = ?
      WHERE step_execution_id = ?;
      """;

  private static final String STORE_STEP =
      """
      UPDATE sluice.batch_step_execution
      SET commit_count = ?,
          read_count = ?,
          filter_count = ?,
          write_count = ?,
          write_skip_count = ?,
          rollback_count = ?,
          last_updated = ?,
          version = version + 1
      WHERE step_execution_id = ?
        AND version = ?
      """;

  private final JdbcTemplate jdbc;
  private final Clock clock;
  private final DefaultExecutionContextSerializer serializer =
      new DefaultExecutionContextSerializer();

  StepUpdate(DataSource dataSource, Clock clock) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.clock = clock;
  }

  /**
   * Locks the step's rows, which no one else writes, to the end of the transaction.
   *
   * @throws OptimisticLockingFailureException if another process has written the step
   */
  void store(StepExecution step) {
    step.setLastUpdated(LocalDateTime.now(clock));
    ExecutionContext context = step.getExecutionContext();
    String serialized = context.isDirty() ? serialize(context) : null;
    Integer stored = jdbc.execute((Connection connection) -> store(connection, step, serialized));
    if (stored == null || stored != 1) {
      throw new OptimisticLockingFailureException(
          "step execution %d is no longer of version %d"
              .formatted(step.getId(), step.getVersion()));
    }
    step.incrementVersion();
    context.clearDirtyFlag();
  }

  /**
   * @param context null: as it is stored
   * @return how many step executions were updated
   */
  private static int store(Connection connection, StepExecution step, @Nullable String context)
      throws SQLException {
    String sql = context == null ? STORE_STEP : STORE_CONTEXT + STORE_STEP;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bindStep(statement, step, context == null ? 1 : bindContext(statement, step, context));
      statement.execute();
      if (context != null) {
        statement.getMoreResults();
      }
      return statement.getUpdateCount();
    }
  }

  /** Returns the index of the next parameter. */
  private static int bindContext(PreparedStatement statement, StepExecution step, String context)
      throws SQLException {
    boolean fits = context.length() <= SHORT_CONTEXT_MAX;
    statement.setString(1, fits ? context : context.substring(0, CUT_AT) + CUT);
    statement.setString(2, fits ? null : context);
    statement.setLong(3, step.getId());
    return 4;
  }

  private static void bindStep(PreparedStatement statement, StepExecution step, int first)
      throws SQLException {
    int index = first;
    statement.setLong(index++, step.getCommitCount());
    statement.setLong(index++, step.getReadCount());
    statement.setLong(index++, step.getFilterCount());
    statement.setLong(index++, step.getWriteCount());
    statement.setLong(index++, step.getWriteSkipCount());
    statement.setLong(index++, step.getRollbackCount());
    statement.setTimestamp(
        index++, Timestamp.valueOf(Objects.requireNonNull(step.getLastUpdated())));
    statement.setLong(index++, step.getId());
    statement.setInt(index, Objects.requireNonNull(step.getVersion(), "a stored version"));
  }

  private String serialize(ExecutionContext context) {
    Map<String, Object> values = new HashMap<>(context.toMap());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      serializer.serialize(values, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
