package dev.sluice.definition;

import dev.sluice.migration.DataSize;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of data as a definition writes it: a whole number and its unit, {@code 64MB}. */
final class DataSizeValue {

  private static final Pattern FORM =
      Pattern.compile("(0|[1-9][0-9]{0,8})(%s)".formatted(String.join("|", DataSize.UNITS)));

  private DataSizeValue() {}

  /** {@code usual} if it is wrong, and that is reported. */
  static DataSize read(Value value, DataSize max, DataSize usual) {
    String text = value.plainScalar();
    Matcher form = FORM.matcher(text == null ? "" : text);
    if (!form.matches()) {
      value.must("a whole number with its unit (kB, MB, GB or TB), like 64MB");
      return usual;
    }
    DataSize size = size(Long.parseLong(form.group(1)), form.group(2));
    if (size.compareTo(max) > 0) {
      value.must(
          "0MB to %s".formatted(max.written()), "Remove it to use %s.".formatted(usual.written()));
      return usual;
    }
    return size;
  }

  /** More than can be counted is more than any bound. */
  private static DataSize size(long number, String unit) {
    try {
      return DataSize.of(number, unit);
    } catch (IllegalArgumentException e) {
      return new DataSize(Long.MAX_VALUE);
    }
  }
}
