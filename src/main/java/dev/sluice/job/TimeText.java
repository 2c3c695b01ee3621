package dev.sluice.job;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;

/** Durations and moments as people read them. */
final class TimeText {

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private TimeText() {}

  /** The two largest units: {@code 7 d}, {@code 2 h 5 min}, {@code 12 s}, {@code 850 ms}. */
  static String of(Duration duration) {
    if (duration.toDays() > 0) {
      return twoUnits(duration.toDays(), "d", duration.toHoursPart(), "h");
    }
    if (duration.toHours() > 0) {
      return twoUnits(duration.toHours(), "h", duration.toMinutesPart(), "min");
    }
    if (duration.toMinutes() > 0) {
      return twoUnits(duration.toMinutes(), "min", duration.toSecondsPart(), "s");
    }
    return duration.toSeconds() > 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
  }

  private static String twoUnits(long large, String largeUnit, int small, String smallUnit) {
    return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
  }

  /** A moment to the minute, and never before it. */
  static String notBefore(Instant moment) {
    Instant minute = moment.truncatedTo(ChronoUnit.MINUTES);
    return MINUTE.format(minute.equals(moment) ? minute : minute.plus(1, ChronoUnit.MINUTES));
  }
}
