package dev.sluice.postgres;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Java value as text that PostgreSQL reads back as the same value: {@code CAST(? AS type)}.
 *
 * <p>Text, because it travels to any type and any driver setting alike. Instants are cut to
 * microseconds, which is what the server keeps: the driver would round them up. The greatest and
 * least dates and instants of Java stand for {@code infinity} and {@code -infinity}, and {@link
 * LocalTime#MAX} for {@code 24:00:00}, as the driver reads them.
 */
public final class PgText {

  /** Of the era: 1 to 294276; zero-padded, because the server takes {@code 44-…} for a month. */
  private static final DateTimeFormatter DATE =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR_OF_ERA, 4, 10, SignStyle.NEVER)
          .appendPattern("-MM-dd")
          .toFormatter(Locale.ROOT);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT);

  /** An element that needs no quotes, as the server prints it too. */
  private static final Pattern BARE = Pattern.compile("(?!(?i:null)$)[^\\s\\\\\"{},]+");

  private PgText() {}

  /**
   * Null for null. A list or an array, also a nested one, becomes an array literal; {@code byte[]}
   * becomes {@code \x…}.
   *
   * @throws IllegalArgumentException if the type has no text here: the message names it
   */
  public static @Nullable String of(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof Enum<?> constant) {
      return constant.name();
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    if (isPlain(value)) {
      return value.toString();
    }
    if (value instanceof byte[] bytes) {
      return "\\x" + HexFormat.of().formatHex(bytes);
    }
    if (value instanceof Collection<?> elements) {
      return array(elements.stream());
    }
    if (value.getClass().isArray()) {
      return array(IntStream.range(0, Array.getLength(value)).mapToObj(i -> Array.get(value, i)));
    }
    return time(value);
  }

  /** Types whose {@code toString} PostgreSQL reads: NaN, Infinity and 1.0E10 included. */
  private static boolean isPlain(Object value) {
    return value instanceof String
        || value instanceof Character
        || value instanceof Boolean
        || value instanceof UUID
        || value instanceof Byte
        || value instanceof Short
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Float
        || value instanceof Double
        || value instanceof BigInteger;
  }

  private static String time(Object value) {
    if (value instanceof LocalDate date) {
      return date(date);
    }
    if (value instanceof LocalTime time) {
      return time.equals(LocalTime.MAX) ? "24:00:00" : TIME.format(micros(time));
    }
    if (value instanceof OffsetTime time) {
      return of(time.toLocalTime()) + time.getOffset().getId();
    }
    if (value instanceof LocalDateTime local) {
      return timestamp(local, "");
    }
    if (value instanceof OffsetDateTime moment) {
      return moment(moment);
    }
    if (value instanceof ZonedDateTime moment) {
      return moment(moment.toOffsetDateTime());
    }
    if (value instanceof Instant instant) {
      return moment(instant);
    }
    throw new IllegalArgumentException(
        "a value of type %s cannot be written. Convert it to a String, a number or a java.time type."
            .formatted(value.getClass().getName()));
  }

  private static String date(LocalDate date) {
    if (date.equals(LocalDate.MAX)) {
      return "infinity";
    }
    if (date.equals(LocalDate.MIN)) {
      return "-infinity";
    }
    return DATE.format(date) + era(date);
  }

  private static String moment(OffsetDateTime moment) {
    if (moment.equals(OffsetDateTime.MAX)) {
      return "infinity";
    }
    if (moment.equals(OffsetDateTime.MIN)) {
      return "-infinity";
    }
    return moment(moment.toInstant());
  }

  /** In UTC: the server takes no offset beyond 15:59. */
  private static String moment(Instant instant) {
    if (instant.equals(Instant.MAX)) {
      return "infinity";
    }
    if (instant.equals(Instant.MIN)) {
      return "-infinity";
    }
    return timestamp(LocalDateTime.ofInstant(instant, ZoneOffset.UTC), "+00");
  }

  private static String timestamp(LocalDateTime local, String offset) {
    if (local.equals(LocalDateTime.MAX)) {
      return "infinity";
    }
    if (local.equals(LocalDateTime.MIN)) {
      return "-infinity";
    }
    LocalDate date = local.toLocalDate();
    return DATE.format(date) + " " + TIME.format(micros(local.toLocalTime())) + offset + era(date);
  }

  /** Java's year 0 is 1 BC. */
  private static String era(LocalDate date) {
    return date.getYear() <= 0 ? " BC" : "";
  }

  private static LocalTime micros(LocalTime time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  private static String array(Stream<? extends @Nullable Object> elements) {
    StringJoiner literal = new StringJoiner(",", "{", "}");
    elements.forEach(element -> literal.add(element(element)));
    return literal.toString();
  }

  private static String element(@Nullable Object element) {
    String text = of(element);
    if (element == null || text == null) {
      return "NULL";
    }
    boolean nested =
        element instanceof Collection
            || (element.getClass().isArray() && !(element instanceof byte[]));
    return nested || BARE.matcher(text).matches()
        ? text
        : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
