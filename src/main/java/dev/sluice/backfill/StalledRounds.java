package dev.sluice.backfill;

import java.time.Duration;

/**
 * How long to wait before the next round of a sweep: the longer, the more rounds in a row left as
 * many rows as there were. Who holds them needs time, and counting them again costs the server.
 */
final class StalledRounds {

  private static final Duration WAIT_FIRST = Duration.ofMillis(100);
  private static final Duration WAIT_MAX = Duration.ofSeconds(5);

  private long rowsBefore = Long.MAX_VALUE;
  private Duration wait = WAIT_FIRST;

  /**
   * @param rows what is left now
   * @return zero after progress
   */
  Duration waitBefore(long rows) {
    boolean progress = rows < rowsBefore;
    rowsBefore = rows;
    if (progress) {
      wait = WAIT_FIRST;
      return Duration.ZERO;
    }
    Duration now = wait;
    wait = min(wait.multipliedBy(2), WAIT_MAX);
    return now;
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
