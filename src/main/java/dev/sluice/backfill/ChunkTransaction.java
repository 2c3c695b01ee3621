package dev.sluice.backfill;

import dev.sluice.backfill.TransformChange.TransformFailedException;
import dev.sluice.control.Epoch;
import dev.sluice.control.Quarantine;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.RowVersion;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
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

  /**
   * How much longer than the server may work an answer may take. Then the connection is cut;
   * without a bound the worker would wait for ever behind a proxy that is stuck.
   */
  private static final Duration ANSWER_SLACK = Duration.ofSeconds(10);

  /** What is noted of a row that the change leaves to be done. */
  static final RowFault NO_CHANGE =
      RowFault.inJava("still to do after the change, which gave it nothing that ends that");

  private final TransactionTemplate transaction;
  private final JdbcTemplate jdbc;
  private final Epoch epoch;
  private final ChunkTimes times;
  private final TableKey key;
  private final Work work;
  private final String stillToDo;
  private final @Nullable SetAside setAside;

  /**
   * @param setAside null: no row is, one that fails fails the chunk
   */
  ChunkTransaction(
      TransactionTemplate transaction,
      DataSource dataSource,
      Epoch epoch,
      ChunkTimes times,
      Work work,
      @Nullable SetAside setAside) {
    this.transaction = transaction;
    this.jdbc = new JdbcTemplate(dataSource);
    this.epoch = epoch;
    this.times = times;
    this.key = work.walked();
    this.work = work;
    this.setAside = setAside;
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
   * @param mustChangeSome if all do, and more than may be set aside, roll back and fail: better
   *     than to rewrite a table for nothing
   */
  record Request(
      Page.Request page, boolean skipLocked, boolean findUnchanged, boolean mustChangeSome) {}

  /** What is noted with the rows of a chunk, in their transaction. */
  @FunctionalInterface
  interface Note<I> {
    void of(Page<I> page, Written written);
  }

  /**
   * Runs one chunk.
   *
   * @param note gets what was done, before COMMIT
   * @throws ChunkRefusedException if a row of it, or several, cannot be changed; nothing has
   * @throws Exception and nothing has changed, unless COMMIT itself failed: then only the stored
   *     step execution tells
   */
  <I, O> ChunkResult<I> run(RowChange<I, O> change, Request request, Note<I> note)
      throws Exception {
    String locking = change.pageLocking(request.skipLocked());
    if (!locking.isEmpty()) {
      return inTransaction(
          change,
          request,
          note,
          () -> compute(change, change.reader().read(request.page(), locking)));
    }
    long begin = System.nanoTime();
    Page<I> page = readUnlocked(change, request);
    Duration lookedFor = Duration.ofNanos(System.nanoTime() - begin);
    Processed<I, O> processed = compute(change, page);
    return inTransaction(change, request, note, () -> processed).withTime(lookedFor);
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

  /**
   * @param failed rows that the processor failed for, in place of an item each
   */
  private record Processed<I, O>(Page<I> page, Chunk<O> chunk, List<Quarantine.Found> failed) {}

  private interface ProcessedSource<I, O> {
    Processed<I, O> get() throws Exception;
  }

  /** An exception names its row at once; if rows are set aside, the others of the page go on. */
  private <I, O> Processed<I, O> compute(RowChange<I, O> change, Page<I> page) throws Exception {
    Chunk<O> chunk = new Chunk<>();
    List<Quarantine.Found> failed = new ArrayList<>();
    for (I item : page.items()) {
      try {
        O result = change.processor().process(item);
        if (result != null) {
          chunk.add(result);
        }
      } catch (TransformFailedException e) {
        if (setAside == null) {
          throw e;
        }
        failed.add(e.found());
      }
    }
    return new Processed<>(page, chunk, failed);
  }

  private <I, O> ChunkResult<I> inTransaction(
      RowChange<I, O> change, Request request, Note<I> note, ProcessedSource<I, O> source)
      throws Exception {
    List<Key> read = new ArrayList<>();
    try {
      return execute(
          times.total(),
          () -> {
            StatementLimits limits = new StatementLimits(jdbc, times.statements());
            epoch.enter(jdbc, times.statements(), times.total());
            Processed<I, O> processed = source.get();
            read.addAll(processed.page().keys());
            return write(change, request, note, processed, limits);
          });
    } catch (ChunkStatement.RowsComeBackException e) {
      return inTransaction(change, request, note, source); // nothing was noted, and it comes once
    } catch (Exception e) {
      throw refused(read, e);
    }
  }

  /**
   * What fails while rows are looked for is the guard's fault, and no row's: it would fail in every
   * look. From then on it is, also in COMMIT, where deferred constraints are checked.
   */
  private static Exception refused(List<Key> keys, Exception error) {
    Optional<RowFault> fault = keys.isEmpty() ? Optional.empty() : RowFault.of(error);
    return fault.<Exception>map(found -> new ChunkRefusedException(keys, found)).orElse(error);
  }

  /** Whether a row that fails alone is set aside. */
  boolean setsAside() {
    return setAside != null;
  }

  /** The version of a row as it is now; empty: it is gone, or nothing is set aside. */
  Optional<String> version(Key walked) {
    return setsAside()
        ? row(walked).map(row -> RowVersion.of(jdbc, work.written(), row))
        : Optional.empty();
  }

  /** Empty: what was walked is gone. */
  private Optional<Key> row(Key walked) {
    return work.rows(List.of(walked)).stream().findFirst();
  }

  /**
   * Sets a row aside that has failed alone, in a transaction of its own. No checkpoint moves: a row
   * that is set aside is not looked for.
   *
   * @param version of the row when it was tried; a row that has another one by now is tried again
   * @throws RowRefusedException if rows are not set aside
   */
  void failedAlone(Key walked, @Nullable String version, RowFault fault) throws Exception {
    Optional<Key> row = row(walked);
    if (setAside == null || version == null) {
      throw work.refused(row.orElse(walked), fault);
    }
    if (row.isEmpty()) {
      return; // it is gone; if it comes back, the next look finds it
    }
    execute(
        times.total(),
        () -> {
          epoch.enter(jdbc, times.statements(), times.total());
          setAside.add(List.of(new Quarantine.Found(row.get(), version, fault)));
          return true;
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
      RowChange<I, O> change,
      Request request,
      Note<I> note,
      Processed<I, O> processed,
      StatementLimits limits)
      throws Exception {
    ChunkWriter<O> writer = change.writer(request.skipLocked());
    List<Key> unchanged = List.of();
    List<Quarantine.Found> bad = new ArrayList<>(processed.failed());
    if (!processed.chunk().isEmpty()) {
      limits.next();
      writer.write(processed.chunk());
      if (request.findUnchanged() && !writer.visited().isEmpty()) {
        limits.next();
        unchanged = underGuard(writer.visited());
        if (request.mustChangeSome()
            && unchanged.size() == writer.visited().size()
            && (setAside == null || unchanged.size() > setAside.max())) {
          throw work.unchanged(unchanged, unchanged.size());
        }
      }
    }
    if (setAside != null) {
      work.rows(unchanged).forEach(row -> bad.add(new Quarantine.Found(row, null, NO_CHANGE)));
      unchanged = List.of();
    }
    limits.next();
    if (setAside != null && !bad.isEmpty()) {
      setAside.add(bad);
    }
    note.of(processed.page(), writer.written());
    return new ChunkResult<>(processed.page(), writer.visited(), unchanged, limits.elapsed());
  }

  /**
   * Takes no lock; the rows are held by this transaction, so the answer stays true until COMMIT.
   */
  private List<Key> underGuard(List<Key> keys) {
    return key.select(jdbc, stillToDo, keys, key);
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
