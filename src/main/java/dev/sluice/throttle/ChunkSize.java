package dev.sluice.throttle;

import dev.sluice.migration.ChunkPolicy;
import java.time.Duration;

/**
 * The number of rows of a worker's next chunk.
 *
 * <p>Follows the time that chunks take towards the policy's target: up by at most one half a step,
 * down at once, within {@link ChunkPolicy#ROWS_MIN} and the policy's rows. A chunk that overran its
 * time limit halves it, below {@link ChunkPolicy#ROWS_MIN} too: not blocking the application counts
 * more than the size. Not safe for concurrent use: one a worker.
 */
public final class ChunkSize {

  private static final double GROWTH_MAX = 1.5;

  /** A chunk that took this many times the target shrinks the next one to fit. */
  private static final double SLOWNESS_MAX = 1.5;

  private final ChunkPolicy policy;
  private int rows;

  public ChunkSize(ChunkPolicy policy) {
    this.policy = policy;
    this.rows = policy.rows();
  }

  /** 1 to the policy's rows. */
  public int rows() {
    return rows;
  }

  /** Tells how long a full chunk of {@link #rows} took. */
  public void took(Duration time) {
    double ratio = (double) policy.targetTime().toNanos() / Math.max(1, time.toNanos());
    if (ratio > 1) {
      int grown = (int) Math.ceil(rows * Math.min(GROWTH_MAX, ratio));
      rows = Math.min(policy.rows(), grown);
    } else if (ratio < 1 / SLOWNESS_MAX) {
      int floor = Math.min(rows, ChunkPolicy.ROWS_MIN);
      rows = Math.max(floor, (int) (rows * ratio));
    }
  }

  /**
   * Tells that a chunk was rolled back because it overran its limit.
   *
   * @return false if the chunk held one row already: it cannot be made smaller
   */
  public boolean overran() {
    if (rows == 1) {
      return false;
    }
    rows = rows / 2;
    return true;
  }
}
