package dev.sluice.migration;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a migration, its folder's or made from its file's: a number or a timestamp, then
 * {@code _name}.
 *
 * <p>Ordered by the prefix as a number, then by name, so that {@code 9_x} comes before {@code
 * 0010_y}.
 *
 * @param value {@code [0-9]+_[a-z0-9_]+}, at most {@value #LENGTH_MAX} characters
 */
public record MigrationId(String value) implements Comparable<MigrationId> {

  /**
   * Spring Batch's column for job names has 100 characters and ours adds suffixes; a table named
   * after an id must stay below PostgreSQL's 63 bytes.
   */
  public static final int LENGTH_MAX = 50;

  private static final Pattern FORM = Pattern.compile("([0-9]+)_[a-z0-9_]+");

  public MigrationId {
    if (!isValid(value)) {
      throw new IllegalArgumentException(whyInvalid(value));
    }
  }

  /** What to tell someone whose {@code value} is not {@link #isValid valid}. */
  public static String whyInvalid(String value) {
    return "'%s' is no migration id: a number or timestamp, '_', then [a-z0-9_], at most %d characters, like '0001_split_name'"
        .formatted(value, LENGTH_MAX);
  }

  public static boolean isValid(String value) {
    return value.length() <= LENGTH_MAX && FORM.matcher(value).matches();
  }

  /** The number before the first underscore, of any size. */
  public BigInteger number() {
    Matcher matcher = FORM.matcher(value);
    if (!matcher.matches()) {
      throw new IllegalStateException(value);
    }
    return new BigInteger(matcher.group(1));
  }

  @Override
  public int compareTo(MigrationId other) {
    int byNumber = number().compareTo(other.number());
    return byNumber != 0 ? byNumber : value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
