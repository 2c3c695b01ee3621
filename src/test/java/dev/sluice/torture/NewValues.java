package dev.sluice.torture;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the two new columns of a row hold.
 *
 * @param target null: the row is under the guard
 */
record NewValues(@Nullable String target, @Nullable Integer size) {

  /** Longer than any value of the old column. */
  private static final int OWN_SIZE_MIN = 1_000_000;

  static final NewValues NONE = new NewValues(null, null);

  /** What the migration makes of the old column: the same as {@link Form#SET} in other words. */
  static NewValues of(@Nullable String source) {
    return source == null
        ? new NewValues("(none)", -1)
        : new NewValues(source.toUpperCase(Locale.ROOT), source.length());
  }

  /** What the application writes itself: like no value that the migration can make. */
  static NewValues own(long token) {
    return new NewValues("own " + token, Math.toIntExact(OWN_SIZE_MIN + token));
  }
}
