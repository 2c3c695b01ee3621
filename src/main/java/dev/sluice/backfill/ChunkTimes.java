package dev.sluice.backfill;

import java.time.Duration;

/**
 * How long a chunk's transaction may take, so that the application never gets a deadlock error
 * because of it.
 *
 * <p>A session that waits for one of our rows looks for a deadlock {@code deadlock_timeout} after
 * its wait began, and it began after our chunk did. A chunk that is over by then is never found in
 * a cycle; one that itself waits gives up before. (A fixed lock_timeout alone is not enough: it
 * counts from the start of our wait, not of our chunk.)
 *
 * @param total from the first lock to the end of COMMIT or ROLLBACK
 * @param statements when the last statement must have ended
 * @param looking how long the look for a page may take that is read before the transaction
 */
record ChunkTimes(Duration total, Duration statements, Duration looking) {

  /** Locks no row, so that it may take this many times what a chunk is meant to. */
  private static final int LOOKS_A_TARGET_TIME = 10;

  private static final Duration LOOKING_MAX = Duration.ofSeconds(10);

  private static final Duration MARGIN = Duration.ofMillis(100);
  private static final Duration TOTAL_MAX = Duration.ofSeconds(1);

  /**
   * @param deadlockTimeout the shortest of the server
   * @param targetTime of a chunk
   * @throws IllegalArgumentException below twice the margin: too short to do any work in
   */
  static ChunkTimes within(Duration deadlockTimeout, Duration targetTime) {
    if (deadlockTimeout.compareTo(MARGIN.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "deadlock_timeout is %d ms on this server, at least %d ms are needed. Raise it."
              .formatted(deadlockTimeout.toMillis(), MARGIN.multipliedBy(2).toMillis()));
    }
    // a longer deadlock_timeout is no leave to hold rows for longer
    Duration shortest = deadlockTimeout.compareTo(TOTAL_MAX) < 0 ? deadlockTimeout : TOTAL_MAX;
    Duration total = shortest.minus(MARGIN);
    Duration withMargin = total.minus(MARGIN);
    Duration half = total.dividedBy(2);
    Duration looking = targetTime.multipliedBy(LOOKS_A_TARGET_TIME);
    return new ChunkTimes(
        total,
        withMargin.compareTo(half) > 0 ? withMargin : half,
        looking.compareTo(LOOKING_MAX) < 0 ? looking : LOOKING_MAX);
  }
}
