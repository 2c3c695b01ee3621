package dev.sluice.job;

import dev.sluice.control.Epoch;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.StopSignal;
import dev.sluice.postgres.Waiter;

/**
 * One launch of a migration's job: what the steps of it may ask.
 *
 * @param entry the ledger's row as it was before the launch
 * @param run identifies the job instance
 * @param attempt counted up by force, after which the jobs of the same run begin anew
 * @param lock held from before the launch until after it
 */
record Launch(LedgerEntry entry, long run, long attempt, RunnerLock lock, StopSignal stop) {

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

  /** To be asked before each chunk. */
  void checkBoundary() {
    stop.throwIfStopped();
    lock.throwIfLost();
  }
}
