package dev.sluice.throttle;

import java.time.Duration;
import java.util.Locale;

/** Figures as an operator reads them. */
final class Figures {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration SHOWN_IN_SECONDS_MAX = Duration.ofMinutes(2);
  private static final Duration SHOWN_IN_MINUTES_MAX = Duration.ofHours(2);
  private static final Duration SHOWN_IN_HOURS_MAX = Duration.ofDays(2);

  private Figures() {}

  /** {@code 320 ms}, {@code 3.2 s}, {@code 45 min}, {@code 2 h 5 min}, {@code 2 d 3 h}. */
  static String of(Duration time) {
    if (time.compareTo(SECOND) < 0) {
      return time.toMillis() + " ms";
    }
    if (time.compareTo(SHOWN_IN_SECONDS_MAX) < 0) {
      return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
    if (time.compareTo(SHOWN_IN_MINUTES_MAX) < 0) {
      return time.toMinutes() + " min";
    }
    return time.compareTo(SHOWN_IN_HOURS_MAX) < 0
        ? both(time.toHours(), "h", time.toMinutesPart(), "min")
        : both(time.toDays(), "d", time.toHoursPart(), "h");
  }

  private static String both(long whole, String unit, int rest, String restUnit) {
    return rest == 0 ? whole + " " + unit : "%d %s %d %s".formatted(whole, unit, rest, restUnit);
  }
}
