package dev.sluice.validation;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Walks a whole table in key windows, up to the greatest key that it had at the start. Each
 * statement is a transaction of its own, so that no snapshot is older than a window; between
 * windows an operator's stop is obeyed.
 */
record Windows(Inspection inspection, TableKey key, Waiter waiter) {

  /** A few hundred milliseconds of reading on common hardware. */
  static final int ROWS = 50_000;

  /** Keys that a message names. */
  static final int KEYS_MAX = 20;

  /**
   * Rows that fulfil a condition.
   *
   * @param keys the first ones, at most {@value #KEYS_MAX}
   */
  record Matches(long rows, List<Key> keys) {
    Matches {
      keys = List.copyOf(keys);
    }
  }

  /**
   * Calls {@code work} for one window after the other.
   *
   * @throws Waiter.StoppedException if an operator asks to stop
   */
  void each(int rows, Consumer<KeyRange> work) {
    Key last = inspection.read(jdbc -> new KeyWindows(jdbc, key).greatest());
    if (last == null) {
      return;
    }
    KeyRange rest = new KeyRange(null, last);
    boolean more = true;
    while (more) {
      waiter.await(Duration.ZERO);
      KeyRange left = rest;
      KeyRange window = inspection.read(jdbc -> new KeyWindows(jdbc, key).first(left, rows));
      work.accept(window);
      more = !window.equals(rest);
      rest = rest.startingAfter(window.through());
    }
  }

  /** The rows of the table that fulfil the user's condition. */
  Matches count(String condition) {
    Counter counter = new Counter();
    each(ROWS, window -> counter.add(window, condition));
    return new Matches(counter.rows, counter.keys);
  }

  private final class Counter {
    private final List<Key> keys = new ArrayList<>();
    private long rows;

    void add(KeyRange window, String condition) {
      long found = inspection.read(jdbc -> new KeyWindows(jdbc, key).count(window, condition));
      int wanted = KEYS_MAX - keys.size();
      rows += found;
      if (found > 0 && wanted > 0) {
        keys.addAll(
            inspection.read(jdbc -> new KeyWindows(jdbc, key).keys(window, condition, wanted)));
      }
    }
  }
}
