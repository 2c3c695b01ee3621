package dev.sluice.throttle;

import dev.sluice.migration.ChunkPolicy;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Which share of the policy's rows a chunk may have, after sessions were found to wait for the run:
 * each time half of what it was. It comes back in small steps, one a chunk.
 *
 * <p>One for all workers of a launch, so that a worker which begins later does not begin as if
 * nothing had been. Safe for concurrent use.
 */
public final class ChunkAllowance {

  /** Twenty chunks of each worker without harm and the whole size is allowed again. */
  private static final double BACK_A_CHUNK = 0.05;

  /** However often: {@link ChunkPolicy#ROWS_MIN} of the most rows that there can be. */
  private static final double LEAST = (double) ChunkPolicy.ROWS_MIN / ChunkPolicy.ROWS_MAX;

  private final LongSupplier harms;
  private final IntSupplier workers;
  private long harmsKnown;
  private double share = 1;

  /**
   * @param harms see {@link Throttle#harms}
   * @param workers whose chunks are counted together: 1 or more
   */
  public ChunkAllowance(LongSupplier harms, IntSupplier workers) {
    this.harms = harms;
    this.workers = workers;
    this.harmsKnown = harms.getAsLong();
  }

  /** Above 0 to 1. */
  synchronized double share() {
    long now = harms.getAsLong();
    if (now != harmsKnown) {
      harmsKnown = now;
      share = Math.max(share / 2, LEAST);
    }
    return share;
  }

  /** A chunk of one of the workers is done. */
  synchronized void chunkDone() {
    share = Math.min(1, share() + BACK_A_CHUNK / workers.getAsInt());
  }
}
