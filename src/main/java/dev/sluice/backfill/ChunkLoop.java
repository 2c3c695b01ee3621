package dev.sluice.backfill;

import dev.sluice.migration.RetryPolicy;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransientRetry;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  /** Searches in a row without one chunk that passes: other sessions write bad rows meanwhile. */
  private static final int SEARCHES_MAX = 10;

  private final WalkSetup<I, O> setup;
  private final RetryTemplate retry;

  ChunkLoop(WalkSetup<I, O> setup) {
    this.setup = setup;
    RetryPolicy retries = setup.tuning().retry();
    this.retry =
        TransientRetry.of(
            retries.attempts(),
            retries.backoff(),
            setup.waiter(),
            error -> SqlStates.isTimeout(error) ? setup.pass().skipLocked() : isTransient(error));
  }

  /**
   * Goes through the range.
   *
   * @param afterChunk gets each committed chunk
   * @throws RuntimeException the first error that does not pass; committed chunks stay
   */
  void run(StepExecution step, KeyRange range, Consumer<ChunkResult<I>> afterChunk)
      throws Exception {
    RangeWalk<I, O> walk = new RangeWalk<>(setup, step, range);
    int searches = 0;
    while (!walk.isDone()) {
      setup.gate().await();
      ChunkResult<I> result;
      try {
        result = retrying(walk, walk::nextChunk);
        searches = 0;
      } catch (ChunkRefusedException e) {
        if (++searches > SEARCHES_MAX) {
          throw new StillRefusedException(step.getStepName(), e);
        }
        setBadRowsAside(walk, e, afterChunk);
        continue; // what the chunk was to do is done, or is not looked for any more
      }
      setup.gate().did(result.visited().size());
      walk.advance(result);
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
      RangeWalk<I, O> walk, ChunkRefusedException refused, Consumer<ChunkResult<I>> afterPart)
      throws Exception {
    Parts parts = new Parts(walk, afterPart);
    try {
      new BadRowSearch(parts).in(refused.keys());
    } finally {
      log.info(
          "backfill.bad-rows step={} rows={} bad={} transactions={}",
          walk.stepName(),
          refused.keys().size(),
          parts.bad,
          parts.transactions);
    }
  }

  /**
   * The parts of a refused chunk, each a transaction of its own with the bounds of a chunk, and
   * held back as one: in a table of many bad rows they are all that is written.
   */
  private final class Parts implements BadRowSearch.Trial {
    private final RangeWalk<I, O> walk;
    private final Consumer<ChunkResult<I>> afterPart;
    private int transactions;
    private int bad;

    Parts(RangeWalk<I, O> walk, Consumer<ChunkResult<I>> afterPart) {
      this.walk = walk;
      this.afterPart = afterPart;
    }

    @Override
    public boolean passes(List<Key> rows) throws Exception {
      return fault(rows).isEmpty();
    }

    /** Also a part that overruns its time is cut in two, but for a single row. */
    private Optional<RowFault> fault(List<Key> rows) throws Exception {
      setup.gate().await();
      transactions++;
      try {
        ChunkResult<I> result = retrying(walk, () -> walk.part(rows));
        setup.gate().did(result.visited().size());
        afterPart.accept(result);
        return Optional.empty();
      } catch (ChunkRefusedException e) {
        return Optional.of(e.fault());
      }
    }

    @Override
    public void alone(Key row) throws Exception {
      String version = setup.transaction().version(row).orElse(null);
      if (version == null && setup.transaction().setsAside()) {
        return; // it is gone; if it comes back, the next look finds it
      }
      Optional<RowFault> fault = fault(List.of(row));
      if (fault.isPresent()) {
        bad++;
        transactions++;
        retry.execute(
            context -> {
              setup.boundary().check();
              setup.transaction().failedAlone(row, version, fault.get());
              return true;
            });
      }
    }
  }

  /** A step's work that may be done again after an error that passes by itself. */
  private interface Attempt<T> {
    T get() throws Exception;
  }

  private <T> T retrying(RangeWalk<I, O> walk, Attempt<T> attempt) throws Exception {
    try {
      return retry.execute(
          context -> {
            if (context.getRetryCount() > 0) {
              setup.boundary().check();
              walk.restore();
            }
            return attempt.get();
          });
    } catch (Exception e) {
      walk.restoreAfter(e);
      throw e;
    }
  }
}
