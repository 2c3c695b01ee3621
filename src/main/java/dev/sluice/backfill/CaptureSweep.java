package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.SqlStates;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.step.StepExecution;

/**
 * Rounds over the capture log until everything is done that was in it when the last round began.
 *
 * <p>A live application goes on writing, so the log need not be empty then: what comes later waits
 * for the next catch-up. Rounds are bounded; nothing is lost where they end early, because an entry
 * stays until its row is done.
 */
final class CaptureSweep {

  private static final Logger log = LoggerFactory.getLogger(CaptureSweep.class);

  private static final int SKIPPING_ROUNDS = 3;
  private static final int ROUNDS_MAX = 30;

  private final Backfill captured;

  /**
   * @param captured whose work is the log
   */
  CaptureSweep(Backfill captured) {
    this.captured = captured;
  }

  void sweep(StepExecution step) throws Exception {
    captured.releaseDone();
    captured.releaseCapturedAgain(); // else they count against those that fail now
    rounds(step);
    captured.releaseDone(); // what the application took out of the guard meanwhile
  }

  private void rounds(StepExecution step) throws Exception {
    Duration waited = Duration.ZERO;
    StalledRounds stalled = new StalledRounds();
    for (int round = 1; round <= ROUNDS_MAX; round++) {
      Key last = captured.windows().greatest();
      log.info(
          "capture.round migration={} round={} last={}", captured.migration().id(), round, last);
      if (last == null) {
        return;
      }
      // entries that come while it goes on do not make it longer
      Remaining entries = new Remaining(1, List.of(new KeyRange(null, last)));
      boolean skipLocked = round <= SKIPPING_ROUNDS;
      try {
        SweepStep.pass(captured, step, entries, skipLocked);
      } catch (Exception e) {
        if (skipLocked || !SqlStates.isLockTimeout(e)) {
          throw e;
        }
        waited = waited.plus(SweepStep.waitForLock(captured, entries, waited, e));
        round--; // bounded by the time waited
        continue;
      }
      long left = captured.windows().count(entries.ranges().get(0), captured.work().condition());
      if (left == 0 && isCaughtUp()) {
        return;
      }
      captured.waiter().await(left == 0 ? Duration.ZERO : stalled.waitBefore(left));
    }
    log.warn(
        "capture.waiting migration={} rows change faster than they are done, the next catch-up goes on",
        captured.migration().id());
  }

  /** No more came meanwhile than one chunk does. */
  private boolean isCaughtUp() {
    int rows = captured.rowsMax();
    return captured.windows().keys(KeyRange.ALL, captured.work().condition(), rows + 1).size()
        <= rows;
  }
}
