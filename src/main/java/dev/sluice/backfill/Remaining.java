package dev.sluice.backfill;

import dev.sluice.postgres.KeyRange;
import java.util.List;

/**
 * Rows that still need work.
 *
 * @param rows how many
 * @param ranges the key windows that hold them, in key order
 */
record Remaining(long rows, List<KeyRange> ranges) {

  Remaining {
    ranges = List.copyOf(ranges);
  }

  boolean isNone() {
    return rows == 0;
  }
}
