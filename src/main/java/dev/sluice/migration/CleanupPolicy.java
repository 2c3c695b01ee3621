package dev.sluice.migration;

import java.time.Duration;

/**
 * When the old side may be dropped.
 *
 * @param after since the run was completed, 0 to 3650 days
 */
public record CleanupPolicy(Duration after) {

  public static final Duration AFTER_MIN = Duration.ZERO;
  public static final Duration AFTER_MAX = Duration.ofDays(3650);
  public static final CleanupPolicy DEFAULT = new CleanupPolicy(Duration.ofDays(7));

  public CleanupPolicy {
    if (after.compareTo(AFTER_MIN) < 0 || after.compareTo(AFTER_MAX) > 0) {
      throw new IllegalArgumentException("after must be 0 to 3650 days, got " + after);
    }
  }
}
