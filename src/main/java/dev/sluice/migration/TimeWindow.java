package dev.sluice.migration;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hours of a day in which a run may work: {@code 22:00-06:00 Europe/Berlin}, {@code Mon-Fri
 * 20:00-24:00 UTC}.
 *
 * <p>Times are those that a clock on the wall shows, so a night in which it is put back is an hour
 * longer. A time that a clock skips is an hour later, as {@link ZonedDateTime} has it.
 *
 * @param text as the user wrote it, for messages
 * @param days on which it opens; it may close on the next
 * @param from inclusive
 * @param to exclusive; at or before {@code from}: of the next day
 */
public record TimeWindow(
    String text, Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {

  /** What a run says that it waits for, outside of it. */
  public static final String SIGNAL = "window";

  /** What a definition writes for no window. */
  public static final String ALWAYS = "always";

  /** Says what is right, in a message about what is not. */
  public static final String FORM =
      "HH:MM-HH:MM and a time zone, like 22:00-06:00 Europe/Berlin, with days before it if you like,"
          + " Mon-Fri or Sat,Sun; or "
          + ALWAYS;

  private static final String DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)";

  private static final Pattern PATTERN =
      Pattern.compile(
          "(?:(%1$s-%1$s|%1$s(?:,%1$s)*) +)?(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d) +(\\S+)"
              .formatted(DAY));

  private static final String MIDNIGHT = "24:00";

  public TimeWindow {
    days = Set.copyOf(days);
    if (days.isEmpty()) {
      throw new IllegalArgumentException("a window has at least one day");
    }
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  public static TimeWindow parse(String text) {
    Matcher matcher = PATTERN.matcher(text.strip());
    if (!matcher.matches() || matcher.group(2).equals(MIDNIGHT)) {
      throw new IllegalArgumentException(FORM);
    }
    try {
      LocalTime from = LocalTime.parse(matcher.group(2));
      LocalTime to =
          matcher.group(3).equals(MIDNIGHT)
              ? LocalTime.MIDNIGHT
              : LocalTime.parse(matcher.group(3));
      ZoneId zone = ZoneId.of(matcher.group(4));
      return new TimeWindow(text.strip(), days(matcher.group(1)), from, to, zone);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(FORM, e);
    }
  }

  private static Set<DayOfWeek> days(@Nullable String text) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    if (text == null) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    if (text.contains("-")) {
      DayOfWeek last = day(text.substring(4));
      for (DayOfWeek day = day(text); ; day = day.plus(1)) {
        days.add(day);
        if (day == last) {
          return days;
        }
      }
    }
    Arrays.stream(text.split(",", -1)).map(TimeWindow::day).forEach(days::add);
    return days;
  }

  private static DayOfWeek day(String text) {
    return DayOfWeek.of(1 + "MonTueWedThuFriSatSun".indexOf(text.substring(0, 3)) / 3);
  }

  public boolean isOpen(Instant now) {
    LocalDate today = now.atZone(zone).toLocalDate();
    return isOpen(now, today) || isOpen(now, today.minusDays(1));
  }

  private boolean isOpen(Instant now, LocalDate day) {
    return days.contains(day.getDayOfWeek())
        && !now.isBefore(opening(day).toInstant())
        && now.isBefore(closing(day).toInstant());
  }

  /** When it opens next after {@code now}. */
  public ZonedDateTime nextOpening(Instant now) {
    LocalDate day = now.atZone(zone).toLocalDate();
    while (!days.contains(day.getDayOfWeek()) || !opening(day).toInstant().isAfter(now)) {
      day = day.plusDays(1); // within a week and a day
    }
    return opening(day);
  }

  private ZonedDateTime opening(LocalDate day) {
    return ZonedDateTime.of(day, from, zone);
  }

  private ZonedDateTime closing(LocalDate day) {
    return ZonedDateTime.of(to.isAfter(from) ? day : day.plusDays(1), to, zone);
  }

  @Override
  public String toString() {
    return text;
  }
}
