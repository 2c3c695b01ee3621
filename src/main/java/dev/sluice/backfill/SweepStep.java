package dev.sluice.backfill;

import dev.sluice.migration.ChunkPolicy;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter.StoppedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;

/**
 * Passes over the guard until a count proves that no row is left: picks up what was locked,
 * inserted behind a checkpoint, committed late, or changed while a transform computed.
 *
 * <p>First rounds skip what is locked, as the backfill does. Later ones go row by row and wait for
 * each lock as long as a chunk may; what stays locked is named with its holder. All of it is
 * bounded.
 */
final class SweepStep extends AbstractStep {

  private static final Logger log = LoggerFactory.getLogger(SweepStep.class);

  private static final int SKIPPING_ROUNDS = 3;

  /** With a row's lock waited for, rounds are bounded by time instead. */
  private static final int ROUNDS_MAX = 30;

  private static final Duration LOCK_WAIT = Duration.ofSeconds(2);
  private static final Duration LOCK_WAIT_MAX = Duration.ofMinutes(15);
  private static final int KEYS_KEPT = 1_000;

  private final Backfill backfill;
  private final @Nullable Backfill captured;

  /**
   * @param captured whose work is the capture log, which is swept after the guard; null: there is
   *     none
   */
  SweepStep(
      String name, JobRepository jobRepository, Backfill backfill, @Nullable Backfill captured) {
    super(jobRepository);
    setName(name);
    // rows may have come under the guard since a launch that failed behind the sweep
    setAllowStartIfComplete(true);
    this.backfill = backfill;
    this.captured = captured;
  }

  @Override
  protected void doExecute(StepExecution step) throws Exception {
    try {
      backfill.releaseSetAside();
      sweep(step);
      if (captured != null) {
        new CaptureSweep(captured).sweep(step);
      }
    } catch (StoppedException e) {
      step.setTerminateOnly();
    }
  }

  private void sweep(StepExecution step) throws Exception {
    Duration waited = Duration.ZERO;
    long rowsBefore = 0;
    StalledRounds stalled = new StalledRounds();
    for (int round = 1; ; round++) {
      Remaining remaining = backfill.remaining();
      log.info(
          "sweep.round migration={} round={} remaining={}",
          backfill.migration().id(),
          round,
          remaining.rows());
      if (remaining.isNone()) {
        return;
      }
      if (round > ROUNDS_MAX) {
        throw new RowsKeepArrivingException(
            backfill.migration(), ROUNDS_MAX, remaining.rows(), rowsBefore);
      }
      rowsBefore = remaining.rows();
      backfill.waiter().await(stalled.waitBefore(remaining.rows()));
      boolean skipLocked = round <= SKIPPING_ROUNDS;
      try {
        pass(backfill, step, remaining, skipLocked);
      } catch (Exception e) {
        if (skipLocked || !SqlStates.isLockTimeout(e)) {
          throw e;
        }
        waited = waited.plus(waitForLock(backfill, remaining, waited, e));
        round--; // bounded by the time waited
      }
    }
  }

  static void pass(Backfill backfill, StepExecution step, Remaining remaining, boolean skipLocked)
      throws Exception {
    Unchanged unchanged = new Unchanged();
    int rows = skipLocked ? ChunkPolicy.ROWS_MAX : 1;
    WalkSetup.Pass pass = new WalkSetup.Pass(rows, skipLocked, WalkSetup.Unchanged.REPORT, false);
    for (KeyRange range : remaining.ranges()) {
      walk(backfill.loop(pass), step, range, unchanged);
    }
    unchanged.throwIfAny(backfill.work());
  }

  private static <I> void walk(
      ChunkLoop<I, ?> loop, StepExecution step, KeyRange range, Unchanged unchanged)
      throws Exception {
    loop.run(step, range, result -> unchanged.add(result.unchanged()));
  }

  /** Says who holds the row, waits, and returns how long. */
  static Duration waitForLock(
      Backfill backfill, Remaining remaining, Duration waited, Exception cause) throws Exception {
    LockedRow locked = backfill.lockedRow(remaining).orElse(null);
    String holder = locked == null ? "unknown" : locked.toString();
    log.warn(
        "sweep.waiting migration={} waited={}s {}",
        backfill.migration().id(),
        waited.toSeconds(),
        holder);
    if (waited.compareTo(LOCK_WAIT_MAX) > 0) {
      throw new RowStaysLockedException(backfill.migration(), holder, LOCK_WAIT_MAX, cause);
    }
    backfill.waiter().await(LOCK_WAIT);
    return LOCK_WAIT;
  }

  /** Rows that were changed, by us, and are under the guard all the same. */
  private static final class Unchanged {
    private final List<Key> keys = new ArrayList<>();
    private int count;

    void add(List<Key> more) {
      count += more.size();
      more.stream().limit(Math.max(0, KEYS_KEPT - keys.size())).forEach(keys::add);
    }

    void throwIfAny(Work work) {
      if (count > 0) {
        throw work.unchanged(keys, count);
      }
    }
  }
}
