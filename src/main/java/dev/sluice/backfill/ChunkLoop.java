package dev.sluice.backfill;

import dev.sluice.control.Epoch;
import dev.sluice.migration.Tuning;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransientRetry;
import dev.sluice.postgres.Waiter;
import dev.sluice.throttle.ChunkSize;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.retry.support.RetryTemplate;

/**
 * Drives one worker through a key range, chunk by chunk: asks the boundary, retries what passes by
 * itself, makes chunks smaller that take too long.
 *
 * <p>Not safe for concurrent use: one a worker.
 */
final class ChunkLoop<I, O> {

  private static final Logger log = LoggerFactory.getLogger(ChunkLoop.class);

  /** How long rows stay free after a chunk overran its time: waiting sessions wake up meanwhile. */
  private static final Duration GIVING_WAY = Duration.ofMillis(100);

  /** Searches in a row without one chunk that passes: other sessions write bad rows meanwhile. */
  private static final int SEARCHES_MAX = 10;

  private static final RowFault OVERRUN = RowFault.inJava("overran its time");

  private final ChunkTransaction transaction;
  private final RowChange<I, O> change;
  private final Worker worker;
  private final JobRepository jobRepository;
  private final ChunkBoundary boundary;
  private final Waiter waiter;
  private final Tuning tuning;
  private final Pass pass;
  private final RetryTemplate retry;

  ChunkLoop(
      ChunkTransaction transaction,
      RowChange<I, O> change,
      Worker worker,
      JobRepository jobRepository,
      ChunkBoundary boundary,
      Waiter waiter,
      Tuning tuning,
      Pass pass) {
    this.transaction = transaction;
    this.change = change;
    this.worker = worker;
    this.jobRepository = jobRepository;
    this.boundary = boundary;
    this.waiter = waiter;
    this.tuning = tuning;
    this.pass = pass;
    this.retry =
        TransientRetry.of(
            tuning.retry().attempts(),
            tuning.retry().backoff(),
            waiter,
            error -> SqlStates.isTimeout(error) ? pass.skipLocked() : isTransient(error));
  }

  /**
   * What a worker looks ahead with.
   *
   * @param strides null: rows are done in key order
   * @param size of its chunks, as its last range left it
   */
  record Worker(KeyWindows windows, Strides.@Nullable Lookahead strides, ChunkSize size) {}

  /**
   * How to go through ranges.
   *
   * @param rowsMax most rows a chunk, at most the tuning's
   * @param skipLocked false: wait for rows that others hold, as long as a chunk may; a wait in vain
   *     is then the caller's, not retried
   * @param unchanged what to do about rows that stay under the guard
   * @param resumes the step's stored checkpoint says where to go on after an error; false: the loop
   *     repeats the chunk, which changes nothing that is done
   */
  record Pass(int rowsMax, boolean skipLocked, Unchanged unchanged, boolean resumes) {}

  /** What to do about rows that were changed and are under the guard all the same. */
  enum Unchanged {
    /** Fail, and roll back, if the first rows of a range all are; single ones are the sweep's. */
    FAIL_AT_FIRST,
    /** Report them with each chunk. */
    REPORT
  }

  /**
   * Goes through the range.
   *
   * @param afterChunk gets each committed chunk
   * @throws RuntimeException the first error that does not pass; committed chunks stay
   */
  void run(StepExecution step, KeyRange range, Consumer<ChunkResult<I>> afterChunk)
      throws Exception {
    Progress progress = new Progress(step, range);
    int searches = 0;
    while (!progress.cursor.isExhausted()) {
      boundary.check();
      ChunkResult<I> result;
      try {
        result = retrying(progress, progress::nextChunk);
        searches = 0;
      } catch (ChunkRefusedException e) {
        if (++searches > SEARCHES_MAX) {
          throw new StillRefusedException(step.getStepName(), e);
        }
        setBadRowsAside(progress, e, afterChunk);
        continue; // what the chunk was to do is done, or is not looked for any more
      }
      progress.cursor.advance(result.page(), result.time());
      if (result.page().isFull()) {
        progress.size.took(result.time());
      }
      afterChunk.accept(result);
    }
  }

  /** A step that another process has written meanwhile is read anew, as after any error. */
  private static boolean isTransient(Throwable error) {
    return SqlStates.isTransient(error) || error instanceof OptimisticLockingFailureException;
  }

  /**
   * Changes the rows of a refused chunk in parts, without those that fail alone. A kill in the
   * middle leaves parts that are done, which the next look does not find, and the checkpoint before
   * them.
   */
  private void setBadRowsAside(
      Progress progress, ChunkRefusedException refused, Consumer<ChunkResult<I>> afterPart)
      throws Exception {
    Parts parts = new Parts(progress, afterPart);
    try {
      new BadRowSearch(parts).in(refused.keys());
    } finally {
      log.info(
          "backfill.bad-rows step={} rows={} bad={} transactions={}",
          progress.step.getStepName(),
          refused.keys().size(),
          parts.bad,
          parts.transactions);
    }
  }

  /** The parts of a refused chunk, each a transaction of its own with the bounds of a chunk. */
  private final class Parts implements BadRowSearch.Trial {
    private final Progress progress;
    private final Consumer<ChunkResult<I>> afterPart;
    private int transactions;
    private int bad;

    Parts(Progress progress, Consumer<ChunkResult<I>> afterPart) {
      this.progress = progress;
      this.afterPart = afterPart;
    }

    @Override
    public boolean passes(List<Key> rows) throws Exception {
      return fault(rows).isEmpty();
    }

    /** Also a part that overruns its time is cut in two, but for a single row. */
    private Optional<RowFault> fault(List<Key> rows) throws Exception {
      boundary.check();
      transactions++;
      try {
        afterPart.accept(retrying(progress, () -> progress.part(rows)));
        return Optional.empty();
      } catch (ChunkRefusedException e) {
        return Optional.of(e.fault());
      }
    }

    @Override
    public void alone(Key row) throws Exception {
      String version = transaction.version(row).orElse(null);
      if (version == null && transaction.setsAside()) {
        return; // it is gone; if it comes back, the next look finds it
      }
      Optional<RowFault> fault = fault(List.of(row));
      if (fault.isPresent()) {
        bad++;
        transactions++;
        retry.execute(
            context -> {
              boundary.check();
              transaction.failedAlone(row, version, fault.get());
              return true;
            });
      }
    }
  }

  /** A step's work that may be done again after an error that passes by itself. */
  private interface Attempt<T> {
    T get() throws Exception;
  }

  private <T> T retrying(Progress progress, Attempt<T> attempt) throws Exception {
    try {
      return retry.execute(
          context -> {
            if (context.getRetryCount() > 0) {
              boundary.check();
              progress.restore();
            }
            return attempt.get();
          });
    } catch (Exception e) {
      progress.restoreAfter(e);
      throw e;
    }
  }

  /** One walk: where it stands and how large its chunks are. */
  private final class Progress {
    private final StepExecution step;
    private final KeyRange range;
    private final ChunkSize size = worker.size();
    private KeyCursor cursor;
    private boolean rowsSeen;

    Progress(StepExecution step, KeyRange range) {
      this.step = step;
      this.range = range;
      this.cursor =
          new KeyCursor(
              worker.windows(),
              worker.strides(),
              pass.resumes() ? startAtCheckpoint() : range,
              tuning.chunk().targetTime());
    }

    private KeyRange startAtCheckpoint() {
      var checkpoint = StepCheckpoint.load(step);
      return checkpoint == null ? range : range.startingAfter(checkpoint);
    }

    /** After an error only the repository knows what is committed. */
    private void restore() {
      StepCheckpoint.restore(step, jobRepository);
      cursor =
          cursor.at(
              pass.resumes() ? startAtCheckpoint() : range.startingAfter(cursor.checkpoint()));
    }

    /** The step's last update, by Spring Batch, must find the version that is stored. */
    private void restoreAfter(Exception failure) {
      if (failure instanceof Epoch.FencedException) {
        return; // the step is another runner's by now
      }
      try {
        StepCheckpoint.restore(step, jobRepository);
      } catch (RuntimeException e) {
        failure.addSuppressed(e); // no database: recovery sets the step right at the next launch
      }
    }

    private ChunkTransaction.Request request(int rows) {
      boolean failAtFirst = pass.unchanged() == Unchanged.FAIL_AT_FIRST;
      boolean find = !failAtFirst || !rowsSeen;
      return new ChunkTransaction.Request(cursor.next(rows), pass.skipLocked(), find, failAtFirst);
    }

    /**
     * Makes the next chunk hold less for less time.
     *
     * @return false if it cannot, or the error is another: a lock that a single row waits for in
     *     vain
     */
    private boolean makeSmaller(Exception error) {
      if (SqlStates.isLockTimeout(error)) {
        return pass.skipLocked() && size.overran();
      }
      if (!SqlStates.isTimeout(error)) {
        return false;
      }
      boolean narrower = cursor.narrow();
      boolean fewer = pass.rowsMax() > 1 && size.overran();
      return narrower || fewer;
    }

    /** A chunk that overruns its time is rolled back and tried again with half the rows. */
    private ChunkResult<I> nextChunk() throws Exception {
      while (true) {
        int rows = Math.min(size.rows(), pass.rowsMax());
        try {
          ChunkResult<I> result = run(request(rows), cursor::checkpointAfter);
          rowsSeen = rowsSeen || !result.visited().isEmpty();
          return result;
        } catch (Exception e) {
          if (!makeSmaller(e)) {
            throw e;
          }
          StepCheckpoint.restore(step, jobRepository);
          // or the next page takes the rows again before a session that waits for one wakes up
          waiter.await(GIVING_WAY);
          boundary.check();
        }
      }
    }

    /**
     * Changes rows of a refused chunk. The checkpoint stays where it is.
     *
     * @throws ChunkRefusedException also if several rows overran their time together
     */
    ChunkResult<I> part(List<Key> rows) throws Exception {
      boolean report = pass.unchanged() == Unchanged.REPORT;
      Page.Request page = new Page.Request(KeyRange.ALL, rows.size(), rows);
      try {
        return run(
            new ChunkTransaction.Request(page, pass.skipLocked(), report, false), done -> null);
      } catch (Exception e) {
        if (rows.size() > 1 && SqlStates.isTimeout(e)) {
          waiter.await(GIVING_WAY);
          throw new ChunkRefusedException(rows, OVERRUN);
        }
        throw e;
      }
    }

    private ChunkResult<I> run(
        ChunkTransaction.Request request, Function<Page<I>, @Nullable Key> checkpointAfter)
        throws Exception {
      Runnable putBack = StepCheckpoint.remember(step);
      try {
        return transaction.run(
            change, request, (page, written) -> note(checkpointAfter.apply(page), written));
      } catch (Exception e) {
        putBack.run();
        step.setRollbackCount(step.getRollbackCount() + 1);
        log.info(
            "backfill.rollback step={} rows={} sqlstate={}",
            step.getStepName(),
            request.page().rows(),
            sqlState(e));
        throw e;
      }
    }

    /**
     * Read counts what is done: what another session holds is read again, and would count twice.
     */
    private void note(@Nullable Key checkpoint, Written written) {
      StepCheckpoint.store(step, checkpoint);
      step.setReadCount(step.getReadCount() + written.done());
      step.setWriteCount(step.getWriteCount() + written.changed());
      step.setWriteSkipCount(step.getWriteSkipCount() + written.gone());
      step.setFilterCount(
          step.getFilterCount() + written.done() - written.changed() - written.gone());
      step.incrementCommitCount();
      jobRepository.updateExecutionContext(step);
      jobRepository.update(step);
    }

    private static String sqlState(Exception error) {
      return error instanceof ChunkRefusedException refused
          ? String.valueOf(refused.fault().sqlState())
          : SqlStates.of(error).orElse("none");
    }
  }
}
