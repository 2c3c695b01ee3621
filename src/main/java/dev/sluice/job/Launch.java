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
 * @param lock held from before the launch until after it
 */
record Launch(LedgerEntry entry, RunnerLock lock, StopSignal stop) {

  /** Identifies the job instance. */
  long run() {
    return entry.run();
  }

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
