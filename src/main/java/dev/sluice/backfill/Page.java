package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import java.util.List;
import java.util.Optional;

/**
 * What a page query found.
 *
 * @param asked where it looked
 * @param items the rows, in key order
 * @param keys their keys, in the same order
 */
record Page<I>(Request asked, List<I> items, List<Key> keys) {

  /**
   * Where a page query looks.
   *
   * @param rows at most so many
   * @param stride the keys of the window that it is confined to, at most {@code rows}; empty: all
   */
  record Request(KeyRange window, int rows, List<Key> stride) {
    Request {
      stride = List.copyOf(stride);
    }
  }

  Page {
    items = List.copyOf(items);
    keys = List.copyOf(keys);
  }

  /** As many rows as were asked for: there may be more in the window. */
  boolean isFull() {
    return items.size() == asked.rows();
  }

  /**
   * What is left of the window after this page; empty if nothing is.
   *
   * <p>The checkpoint is the last key <em>selected</em>: what an UPDATE returns comes in any order.
   * A page that is not full has looked at the whole window, whatever it skipped because it was
   * locked.
   */
  Optional<KeyRange> rest() {
    if (!isFull()) {
      return Optional.empty();
    }
    KeyRange window = asked.window();
    Key last = keys.get(keys.size() - 1);
    return last.equals(window.through())
        ? Optional.empty()
        : Optional.of(window.startingAfter(last));
  }
}
