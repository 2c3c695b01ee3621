package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.backfill.ChunkBoundary;
import dev.sluice.control.Epoch;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.StopSignal;
import dev.sluice.postgres.Waiter;
import dev.sluice.throttle.PaceGate;
import dev.sluice.throttle.Throttle;
import java.time.Duration;

/**
 * One launch of a migration's job: what the steps of it may ask.
 *
 * @param entry the ledger's row as it was before the launch
 * @param run identifies the job instance
 * @param attempt counted up by force, after which the jobs of the same run begin anew
 * @param lock held from before the launch until after it
 * @param steering what operators may change meanwhile
 * @param throttle asked before each chunk; closed after the launch
 */
record Launch(
    LedgerEntry entry,
    long run,
    long attempt,
    RunnerLock lock,
    StopSignal stop,
    Steering steering,
    Throttle throttle) {

  Epoch epoch() {
    return lock.epoch();
  }

  /** Whoever waits, in any step, ends with a stop and with the loss of the lock. */
  Waiter waiter() {
    return duration -> {
      lock.throwIfLost();
      stop.await(duration);
      lock.throwIfLost();
    };
  }

  /**
   * The same between two windows of a walk that holds nothing, where a pause is obeyed too, and the
   * throttle. Not for waits between attempts, which are bounded in time: both would use it up.
   */
  Waiter windowWaiter() {
    Waiter waiter = waiter();
    PaceGate gate =
        new PaceGate(this::checkBoundary, throttle::readingPace, steering.waits(), waiter);
    return new Waiter() {
      @Override
      public void await(Duration duration) {
        waiter.await(duration);
        gate.await();
      }

      @Override
      public void duringWork(Runnable work) {
        steering.duringWork(work);
      }
    };
  }

  /** What the workers go by. */
  Backfill.Pacing pacing() {
    return new Backfill.Pacing(
        boundary(), throttle, steering.waits(), steering::did, steering.tuning()::now);
  }

  private ChunkBoundary boundary() {
    return new ChunkBoundary() {
      @Override
      public void check() {
        checkBoundary();
      }

      @Override
      public void check(Runnable meanwhile) {
        checkBoundary(meanwhile);
      }
    };
  }

  /** To be asked before each chunk and each step: waits there while an operator wants a pause. */
  void checkBoundary() {
    checkBoundary(() -> {});
  }

  private void checkBoundary(Runnable meanwhile) {
    stop.throwIfStopped();
    lock.throwIfLost();
    steering.pass(meanwhile);
  }
}
