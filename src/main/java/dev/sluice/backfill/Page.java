package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import java.util.List;
import java.util.Optional;

/**
 * What a page query found.
 *
 * @param window where it looked
 * @param items the rows, in key order
 * @param keys their keys, in the same order
 * @param full as many rows as were asked for: there may be more in the window
 */
record Page<I>(KeyRange window, List<I> items, List<Key> keys, boolean full) {

  Page {
    items = List.copyOf(items);
    keys = List.copyOf(keys);
  }

  /**
   * What is left of the window after this page; empty if nothing is.
   *
   * <p>The checkpoint is the last key <em>selected</em>: what an UPDATE returns comes in any order.
   * A page that is not full has looked at the whole window, whatever it skipped because it was
   * locked.
   */
  Optional<KeyRange> rest() {
    if (!full) {
      return Optional.empty();
    }
    Key last = keys.get(keys.size() - 1);
    return last.equals(window.through())
        ? Optional.empty()
        : Optional.of(window.startingAfter(last));
  }
}
