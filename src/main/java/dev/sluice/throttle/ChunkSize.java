package dev.sluice.throttle;

import dev.sluice.migration.ChunkPolicy;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The number of rows of a worker's next chunk.
 *
 * <p>Follows the time that rows take, smoothed, towards the policy's target: up by at most one half
 * a step, within {@link ChunkPolicy#ROWS_MIN} and the policy's rows. A chunk that took five times
 * the target counts alone: the next one fits at once. A chunk that overran its time limit halves
 * it, below {@link ChunkPolicy#ROWS_MIN} too: not blocking the application counts more than the
 * size. So does each time that sessions were found to wait for the run ({@link ChunkAllowance}).
 * Not safe for concurrent use: one a worker.
 */
public final class ChunkSize {

  private static final double GROWTH_MAX = 1.5;

  /** Of the last chunk in the average; the one before has half as much, about. */
  private static final double NEWEST = 0.4;

  /** A chunk that took this many times the target is no outlier to be smoothed. */
  private static final int FAR_TOO_SLOW = 5;

  private final Supplier<ChunkPolicy> policy;
  private final ChunkAllowance allowance;
  private int rows;
  private double nanosPerRow;

  /**
   * @param policy asked at each step: an operator may change it meanwhile
   * @param allowance the same for all workers
   */
  public ChunkSize(Supplier<ChunkPolicy> policy, ChunkAllowance allowance) {
    this.policy = policy;
    this.allowance = allowance;
    this.rows = Math.min(policy.get().rows(), allowance.fitted());
  }

  /** 1 to the policy's rows. */
  public int rows() {
    ChunkPolicy now = policy.get();
    int most = Math.max(ChunkPolicy.ROWS_MIN, (int) (now.rows() * allowance.share()));
    return Math.min(rows, Math.min(most, now.rows()));
  }

  /**
   * Tells how long a full chunk took.
   *
   * @param asked what {@link #rows} was as it began: an operator or harm may have changed that
   */
  public void took(int asked, Duration time) {
    ChunkPolicy now = policy.get();
    rows = rows();
    double target = now.targetTime().toNanos();
    double newest = (double) Math.max(1, time.toNanos()) / asked;
    boolean alone = nanosPerRow == 0 || newest * asked >= FAR_TOO_SLOW * target;
    nanosPerRow = alone ? newest : NEWEST * newest + (1 - NEWEST) * nanosPerRow;
    double fitting = Math.min(target / nanosPerRow, rows * GROWTH_MAX);
    int floor = Math.min(rows, ChunkPolicy.ROWS_MIN);
    rows = Math.min(now.rows(), Math.max(floor, (int) Math.ceil(fitting)));
    allowance.chunkDone(rows);
  }

  /**
   * Tells that a chunk was rolled back because it overran its limit.
   *
   * @return false if the chunk held one row already: it cannot be made smaller
   */
  public boolean overran() {
    rows = rows();
    if (rows == 1) {
      return false;
    }
    rows = rows / 2;
    return true;
  }
}
