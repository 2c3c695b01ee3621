package dev.sluice.definition;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A duration as a definition writes it: a whole number and its unit, {@code 200ms}. */
final class DurationValue {

  private static final Pattern FORM = Pattern.compile("(0|[1-9][0-9]{0,8})(ms|s|m|h|d)");

  /** Largest first, so that a duration is shown in the largest unit that divides it. */
  private static final Map<String, ChronoUnit> UNITS = new LinkedHashMap<>();

  static {
    UNITS.put("d", ChronoUnit.DAYS);
    UNITS.put("h", ChronoUnit.HOURS);
    UNITS.put("m", ChronoUnit.MINUTES);
    UNITS.put("s", ChronoUnit.SECONDS);
    UNITS.put("ms", ChronoUnit.MILLIS);
  }

  /** Both inclusive. */
  record Range(Duration min, Duration max) {
    boolean contains(Duration duration) {
      return duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0;
    }
  }

  private DurationValue() {}

  /** {@code usual} if it is wrong, and that is reported. */
  static Duration read(Value value, Range range, Duration usual) {
    String text = value.plainScalar();
    Matcher form = FORM.matcher(text == null ? "" : text);
    if (form.matches()) {
      ChronoUnit unit = UNITS.getOrDefault(form.group(2), ChronoUnit.MILLIS);
      Duration duration = Duration.of(Long.parseLong(form.group(1)), unit);
      if (range.contains(duration)) {
        return duration;
      }
      value.must(
          "%s to %s".formatted(show(range.min), show(range.max)),
          "Remove it to use %s.".formatted(show(usual)));
      return usual;
    }
    value.must("a whole number with its unit (ms, s, m, h or d), like %s".formatted(show(usual)));
    return usual;
  }

  static String show(Duration duration) {
    for (Map.Entry<String, ChronoUnit> unit : UNITS.entrySet()) {
      long millis = unit.getValue().getDuration().toMillis();
      if (duration.toMillis() % millis == 0 && !duration.isZero()) {
        return duration.toMillis() / millis + unit.getKey();
      }
    }
    return duration.toMillis() + "ms";
  }
}
