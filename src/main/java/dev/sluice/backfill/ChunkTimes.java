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
 */
record ChunkTimes(Duration total, Duration statements) {

  private static final Duration MARGIN = Duration.ofMillis(100);
  private static final Duration TOTAL_MAX = Duration.ofSeconds(1);

  /**
   * @param deadlockTimeout the shortest of the server
   * @throws IllegalArgumentException below twice the margin: too short to do any work in
   */
  static ChunkTimes within(Duration deadlockTimeout) {
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
    return new ChunkTimes(total, withMargin.compareTo(half) > 0 ? withMargin : half);
  }
}
