package dev.sluice.torture;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the two new columns of a row hold.
 *
 * @param target null: the row is under the guard
 */
record NewValues(@Nullable String target, @Nullable Integer size) {

  static final NewValues NONE = new NewValues(null, null);

  /** What the migration makes of the old column: the same as {@link Form#SET} in other words. */
  static NewValues of(@Nullable String source) {
    return source == null
        ? new NewValues("(none)", -1)
        : new NewValues(source.toUpperCase(Locale.ROOT), source.length());
  }

  /** What the application writes itself: like no value that the migration can make. */
  static NewValues own(long token) {
    return new NewValues("own " + token, (int) (token % 1_000_000));
  }
}
