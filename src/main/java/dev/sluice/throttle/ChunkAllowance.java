package dev.sluice.throttle;

import dev.sluice.migration.ChunkPolicy;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * What the workers of a launch know together of their chunks' size, so that one which begins later
 * (after load, after {@code tune}) does not begin as if nothing had been: which share of the
 * policy's rows a chunk may have after sessions were found to wait for the run, each time half of
 * what it was and back in small steps, one a chunk; and the rows that fitted the last chunk.
 *
 * <p>Safe for concurrent use.
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
  private int fitted = ChunkPolicy.ROWS_MAX;

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

  /** The rows that the last chunk of any worker made the next one; as many as can be, before. */
  synchronized int fitted() {
    return fitted;
  }

  /**
   * A chunk of one of the workers is done.
   *
   * @param next the rows of its next one
   */
  synchronized void chunkDone(int next) {
    share = Math.min(1, share() + BACK_A_CHUNK / workers.getAsInt());
    fitted = next;
  }
}
