package dev.sluice.postgres;

import org.jspecify.annotations.Nullable;

/**
 * Keys after {@code after} (exclusive) up to {@code through} (inclusive), in the table's key order.
 *
 * @param after null: from the first key
 * @param through null: to the last key, whichever that is when a statement runs
 */
public record KeyRange(@Nullable Key after, @Nullable Key through) {

  /** The whole table. */
  public static final KeyRange ALL = new KeyRange(null, null);

  /** What is left of this range once {@code checkpoint} is done. */
  public KeyRange startingAfter(@Nullable Key checkpoint) {
    return new KeyRange(checkpoint, through);
  }
}
