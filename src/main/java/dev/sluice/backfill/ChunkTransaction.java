package dev.sluice.backfill;

import dev.sluice.control.Epoch;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One page is one chunk is one transaction: rows, counters and checkpoint commit together or not at
 * all.
 *
 * <p>READ COMMITTED. The transaction holds row locks for at most {@link ChunkTimes}: the server
 * ends a statement that takes longer, and a session that stalls between two.
 */
final class ChunkTransaction {

  /** Time that may pass before the limit of the next statement is set anew. */
  private static final Duration SLACK = Duration.ofMillis(20);

  /**
   * How much longer than the server may work an answer may take. Then the connection is cut;
   * without a bound the worker would wait for ever behind a proxy that is stuck.
   */
  private static final Duration ANSWER_SLACK = Duration.ofSeconds(10);

  private final JobRepository jobRepository;
  private final TransactionTemplate transaction;
  private final JdbcTemplate jdbc;
  private final Epoch epoch;
  private final ChunkTimes times;
  private final TableKey key;
  private final Work work;
  private final String stillToDo;

  ChunkTransaction(
      JobRepository jobRepository,
      TransactionTemplate transaction,
      DataSource dataSource,
      Epoch epoch,
      ChunkTimes times,
      Work work) {
    this.jobRepository = jobRepository;
    this.transaction = transaction;
    this.jdbc = new JdbcTemplate(dataSource);
    this.epoch = epoch;
    this.times = times;
    this.key = work.walked();
    this.work = work;
    this.stillToDo =
        """
        SELECT %s
        FROM %s
        WHERE %s
          AND (%s
          )
        """
            .formatted(
                key.textColumnList(),
                key.table().quoted(),
                key.isOneOf(),
                UserSql.forJdbc(work.condition()));
  }

  /**
   * What a chunk is asked to do.
   *
   * @param findUnchanged find the rows that stay under the guard
   * @param mustChangeSome if all do, roll back and fail: better than to rewrite a table for nothing
   */
  record Request(
      Page.Request page, boolean skipLocked, boolean findUnchanged, boolean mustChangeSome) {}

  /**
   * Runs one chunk.
   *
   * @param checkpointAfter the checkpoint to store with a page
   * @throws Exception and nothing has changed, unless COMMIT itself failed: then only the stored
   *     step execution tells
   */
  <I, O> ChunkResult<I> run(
      StepExecution step,
      RowChange<I, O> change,
      Request request,
      Function<Page<I>, @Nullable Key> checkpointAfter)
      throws Exception {
    String locking = change.pageLocking(request.skipLocked());
    if (!locking.isEmpty()) {
      return inTransaction(
          step,
          change,
          request,
          checkpointAfter,
          () -> compute(change, change.reader().read(request.page(), locking)));
    }
    long begin = System.nanoTime();
    Page<I> page = readUnlocked(change, request);
    Duration lookedFor = Duration.ofNanos(System.nanoTime() - begin);
    Processed<I, O> processed = compute(change, page);
    return inTransaction(step, change, request, checkpointAfter, () -> processed)
        .withTime(lookedFor);
  }

  /** Locks no row, but its snapshot holds back vacuum: bounded as well, if more widely. */
  private <I> Page<I> readUnlocked(RowChange<I, ?> change, Request request) throws Exception {
    return execute(
        times.looking(),
        () -> {
          jdbc.query(
              "SELECT set_config('statement_timeout', ?, true)",
              rs -> {},
              Long.toString(times.looking().toMillis()));
          return change.reader().read(request.page(), "");
        });
  }

  private record Processed<I, O>(Page<I> page, Chunk<O> chunk) {}

  private interface ProcessedSource<I, O> {
    Processed<I, O> get() throws Exception;
  }

  private static <I, O> Processed<I, O> compute(RowChange<I, O> change, Page<I> page)
      throws Exception {
    Chunk<O> chunk = new Chunk<>();
    for (I item : page.items()) {
      O result = change.processor().process(item);
      if (result != null) {
        chunk.add(result);
      }
    }
    return new Processed<>(page, chunk);
  }

  private <I, O> ChunkResult<I> inTransaction(
      StepExecution step,
      RowChange<I, O> change,
      Request request,
      Function<Page<I>, @Nullable Key> checkpointAfter,
      ProcessedSource<I, O> source)
      throws Exception {
    return execute(
        times.total(),
        () -> {
          long start = System.nanoTime();
          epoch.enter(jdbc, times.statements(), times.total());
          Processed<I, O> processed = source.get();
          return write(step, change, request, checkpointAfter, processed, start);
        });
  }

  private <T> T execute(Duration serverMax, Callable<T> work) throws Exception {
    try {
      T result =
          transaction.execute(
              status -> {
                try {
                  limitAnswers(serverMax.plus(ANSWER_SLACK));
                  return work.call();
                } catch (Exception e) {
                  throw new ChunkFailed(e);
                }
              });
      if (result == null) {
        throw new IllegalStateException("a chunk ended without a result");
      }
      return result;
    } catch (ChunkFailed e) {
      throw e.reason;
    } catch (TransactionSystemException e) {
      // the connection died: ROLLBACK failed as well, and hides why
      throw e.getApplicationException() instanceof ChunkFailed failed ? failed.reason : e;
    }
  }

  /** No round trip. The pool takes it back when it gets the connection. */
  private void limitAnswers(Duration max) {
    jdbc.execute(
        (Connection connection) -> {
          connection.setNetworkTimeout(Runnable::run, Math.toIntExact(max.toMillis()));
          return true;
        });
  }

  private <I, O> ChunkResult<I> write(
      StepExecution step,
      RowChange<I, O> change,
      Request request,
      Function<Page<I>, @Nullable Key> checkpointAfter,
      Processed<I, O> processed,
      long start)
      throws Exception {
    ChunkWriter<O> writer = change.writer(request.skipLocked());
    List<Key> unchanged = List.of();
    if (!processed.chunk().isEmpty()) {
      limitNextStatement(start);
      writer.write(processed.chunk());
      if (request.findUnchanged() && !writer.visited().isEmpty()) {
        limitNextStatement(start);
        unchanged = underGuard(writer.visited());
        if (request.mustChangeSome() && unchanged.size() == writer.visited().size()) {
          throw work.unchanged(unchanged, unchanged.size());
        }
      }
    }
    limitNextStatement(start);
    StepCheckpoint.store(step, checkpointAfter.apply(processed.page()));
    count(writer.written(), step);
    step.incrementCommitCount();
    jobRepository.updateExecutionContext(step);
    jobRepository.update(step);
    return new ChunkResult<>(
        processed.page(), writer.visited(), unchanged, Duration.ofNanos(System.nanoTime() - start));
  }

  /** Read counts what is done: what another session holds is read again, and would count twice. */
  private static void count(Written written, StepExecution step) {
    step.setReadCount(step.getReadCount() + written.done());
    step.setWriteCount(step.getWriteCount() + written.changed());
    step.setWriteSkipCount(step.getWriteSkipCount() + written.gone());
    step.setFilterCount(
        step.getFilterCount() + written.done() - written.changed() - written.gone());
  }

  /** What the first statements took is gone from the time of the next one. */
  private void limitNextStatement(long start) {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
    if (elapsed.compareTo(SLACK) > 0) {
      long left = Math.max(1, times.statements().minus(elapsed).toMillis());
      jdbc.query(
          "SELECT set_config('lock_timeout', ?, true), set_config('statement_timeout', ?, true)",
          rs -> {},
          Long.toString(Epoch.lockLimitMillis(Duration.ofMillis(left))),
          Long.toString(left));
    }
  }

  /**
   * Takes no lock; the rows are held by this transaction, so the answer stays true until COMMIT.
   */
  private List<Key> underGuard(List<Key> keys) {
    List<Key> found =
        jdbc.execute(
            (Connection connection) -> {
              try (PreparedStatement statement = connection.prepareStatement(stillToDo)) {
                key.bind(statement, keys, 1);
                return readKeys(statement);
              }
            });
    return found == null ? List.of() : found;
  }

  private List<Key> readKeys(PreparedStatement statement) throws SQLException {
    List<Key> keys = new ArrayList<>();
    try (ResultSet rs = statement.executeQuery()) {
      while (rs.next()) {
        keys.add(key.read(rs));
      }
    }
    return keys;
  }

  /** Carries a checked exception out of the transaction, which it rolls back. */
  private static final class ChunkFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Exception reason;

    ChunkFailed(Exception reason) {
      super(reason);
      this.reason = reason;
    }
  }
}
