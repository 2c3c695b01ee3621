package dev.sluice.backfill;

import dev.sluice.control.Epoch;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.SqlStates;
import dev.sluice.throttle.ChunkSize;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.step.StepExecution;

/**
 * A worker's walk through one key range: where it stands, and how large its chunks are.
 *
 * <p>Not safe for concurrent use.
 */
final class RangeWalk<I, O> {

  private static final Logger log = LoggerFactory.getLogger(RangeWalk.class);

  /** How long rows stay free after a chunk overran its time: waiting sessions wake up meanwhile. */
  private static final Duration GIVING_WAY = Duration.ofMillis(100);

  private static final RowFault OVERRUN = RowFault.inJava("overran its time");

  private final WalkSetup<I, O> setup;
  private final StepExecution step;
  private final KeyRange range;
  private final ChunkSize size;
  private KeyCursor cursor;
  private boolean rowsSeen;

  /** Whether the last chunk was as large as {@link #size} had it: a smaller one tells nothing. */
  private boolean sized;

  RangeWalk(WalkSetup<I, O> setup, StepExecution step, KeyRange range) {
    this.setup = setup;
    this.size = setup.lookahead().size();
    this.step = step;
    this.range = range;
    this.cursor =
        new KeyCursor(
            setup.lookahead().windows(),
            setup.lookahead().strides(),
            setup.pass().resumes() ? startAtCheckpoint() : range,
            setup.tuning().chunk().targetTime());
  }

  boolean isDone() {
    return cursor.isExhausted();
  }

  String stepName() {
    return step.getStepName();
  }

  /** Behind a chunk that is committed. */
  void advance(ChunkResult<I> chunk) {
    cursor.advance(chunk.page(), chunk.time());
    if (sized && chunk.page().isFull()) {
      size.took(chunk.page().asked().rows(), chunk.time());
    }
  }

  private KeyRange startAtCheckpoint() {
    var checkpoint = StepCheckpoint.load(step);
    return checkpoint == null ? range : range.startingAfter(checkpoint);
  }

  /** After an error only the repository knows what is committed. */
  void restore() {
    StepCheckpoint.restore(step, setup.jobRepository());
    cursor =
        cursor.at(
            setup.pass().resumes()
                ? startAtCheckpoint()
                : range.startingAfter(cursor.checkpoint()));
  }

  /** The step's last update, by Spring Batch, must find the version that is stored. */
  void restoreAfter(Exception failure) {
    if (failure instanceof Epoch.FencedException) {
      return; // the step is another runner's by now
    }
    try {
      StepCheckpoint.restore(step, setup.jobRepository());
    } catch (RuntimeException e) {
      failure.addSuppressed(e); // no database: recovery sets the step right at the next launch
    }
  }

  private ChunkTransaction.Request request(int rows) {
    boolean failAtFirst = setup.pass().unchanged() == WalkSetup.Unchanged.FAIL_AT_FIRST;
    boolean find = !failAtFirst || !rowsSeen;
    return new ChunkTransaction.Request(
        cursor.next(rows), setup.pass().skipLocked(), find, failAtFirst);
  }

  /**
   * Makes the next chunk hold less for less time.
   *
   * @return false if it cannot, or the error is another: a lock that a single row waits for in vain
   */
  private boolean makeSmaller(Exception error) {
    if (SqlStates.isLockTimeout(error)) {
      return setup.pass().skipLocked() && size.overran();
    }
    if (!SqlStates.isTimeout(error)) {
      return false;
    }
    boolean narrower = cursor.narrow();
    boolean fewer = setup.pass().rowsMax() > 1 && size.overran();
    return narrower || fewer;
  }

  /** A chunk that overruns its time is rolled back and tried again with half the rows. */
  ChunkResult<I> nextChunk() throws Exception {
    while (true) {
      int fitting = size.rows();
      int rows = Math.min(fitting, setup.pass().rowsMax());
      sized = rows == fitting;
      try {
        ChunkResult<I> result = run(request(rows), cursor::checkpointAfter);
        rowsSeen = rowsSeen || !result.visited().isEmpty();
        return result;
      } catch (Exception e) {
        if (!makeSmaller(e)) {
          throw e;
        }
        StepCheckpoint.restore(step, setup.jobRepository());
        // or the next page takes the rows again before a session that waits for one wakes up
        setup.waiter().await(GIVING_WAY);
        setup.boundary().check();
      }
    }
  }

  /**
   * Changes rows of a refused chunk. The checkpoint stays where it is.
   *
   * @throws ChunkRefusedException also if several rows overran their time together
   */
  ChunkResult<I> part(List<Key> rows) throws Exception {
    boolean report = setup.pass().unchanged() == WalkSetup.Unchanged.REPORT;
    Page.Request page = new Page.Request(KeyRange.ALL, rows.size(), rows);
    try {
      return run(
          new ChunkTransaction.Request(page, setup.pass().skipLocked(), report, false),
          done -> null);
    } catch (Exception e) {
      if (rows.size() > 1 && SqlStates.isTimeout(e)) {
        setup.waiter().await(GIVING_WAY);
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
      return setup
          .transaction()
          .run(
              setup.change(),
              request,
              (page, written) -> note(checkpointAfter.apply(page), written));
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

  /** Read counts what is done: what another session holds is read again, and would count twice. */
  private void note(@Nullable Key checkpoint, Written written) {
    StepCheckpoint.store(step, checkpoint);
    step.setReadCount(step.getReadCount() + written.done());
    step.setWriteCount(step.getWriteCount() + written.changed());
    step.setWriteSkipCount(step.getWriteSkipCount() + written.gone());
    step.setFilterCount(
        step.getFilterCount() + written.done() - written.changed() - written.gone());
    step.incrementCommitCount();
    setup.stepUpdate().store(step);
  }

  private static String sqlState(Exception error) {
    return error instanceof ChunkRefusedException refused
        ? String.valueOf(refused.fault().sqlState())
        : SqlStates.of(error).orElse("none");
  }
}
