package dev.sluice.postgres;

import org.jspecify.annotations.Nullable;

/** stub */
public final class PgText {
  private PgText() {}

  public static @Nullable String of(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
