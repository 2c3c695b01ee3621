package dev.sluice.validation;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Walks a whole table in key windows, up to the greatest key that it had at the start. Each
 * statement is a transaction of its own, so that no snapshot is older than a window; between
 * windows an operator's stop is obeyed.
 */
record Windows(Inspection inspection, TableKey key, Waiter waiter) {

  private static final Logger log = LoggerFactory.getLogger(Windows.class);

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

    /** Of neighbouring parts, in key order. */
    static Matches sum(List<Matches> parts) {
      return new Matches(
          parts.stream().mapToLong(Matches::rows).sum(),
          parts.stream().flatMap(part -> part.keys().stream()).limit(KEYS_MAX).toList());
    }
  }

  Windows waitingBy(Waiter another) {
    return new Windows(inspection, key, another);
  }

  /**
   * Calls {@code work} for one window after the other.
   *
   * @param rows about as many a window, fewer where one overruns its time
   * @param work must have told nothing yet when it throws: an overrun window comes again, in halves
   * @throws Waiter.StoppedException if an operator asks to stop
   * @throws WindowOverrunException if a single row takes too long
   */
  void each(int rows, Consumer<KeyRange> work) {
    Key last = inspection.read(jdbc -> new KeyWindows(jdbc, key).greatest());
    if (last != null) {
      each(new KeyRange(null, last), Long.MAX_VALUE, rows, work);
    }
  }

  /**
   * The same for the first rows of a range.
   *
   * @param range with an end
   * @param rowsMax the walk is over after so many
   */
  void each(KeyRange range, long rowsMax, int rows, Consumer<KeyRange> work) {
    WindowRows size = new WindowRows(rows);
    long rowsLeft = rowsMax;
    KeyRange rest = range;
    while (rowsLeft > 0) {
      waiter.await(Duration.ZERO);
      int wanted = (int) Math.min(size.now(), rowsLeft);
      Optional<KeyRange> window = tryWindow(rest, wanted, size, work);
      if (window.isPresent()) {
        KeyRange done = window.get();
        if (done.equals(rest)) {
          return;
        }
        rest = rest.startingAfter(done.through());
        rowsLeft -= wanted;
      }
    }
  }

  /** Empty if it overran its time; the next one is smaller then. */
  private Optional<KeyRange> tryWindow(
      KeyRange rest, int rows, WindowRows size, Consumer<KeyRange> work) {
    KeyRange window = rest;
    try {
      window = inspection.read(jdbc -> new KeyWindows(jdbc, key).first(rest, rows));
      work.accept(window);
      size.succeeded();
      return Optional.of(window);
    } catch (DataAccessException e) {
      if (!SqlStates.of(e).filter(SqlStates.QUERY_CANCELED::equals).isPresent()) {
        throw e;
      }
      // an operator's stop cancels statements too
      waiter.await(Duration.ZERO);
      if (rows == 1) {
        throw new WindowOverrunException(key.table(), window, inspection.statementTimeout(), e);
      }
      size.overran(rows);
      log.info(
          "verify.window table={} rows={} overran {} s, halved",
          key.table(),
          rows,
          inspection.statementTimeout().toSeconds());
      return Optional.empty();
    }
  }

  /** The rows of the table that fulfil the user's condition. */
  Matches count(String condition) {
    Counter counter = counter(condition);
    each(ROWS, counter::add);
    return counter.matches();
  }

  Counter counter(String condition) {
    return new Counter(condition);
  }

  /** Counts window by window. Not thread-safe. */
  final class Counter {
    private final String condition;
    private final List<Key> keys = new ArrayList<>();
    private long rows;

    private Counter(String condition) {
      this.condition = condition;
    }

    void add(KeyRange window) {
      long found = inspection.read(jdbc -> new KeyWindows(jdbc, key).count(window, condition));
      int wanted = KEYS_MAX - keys.size();
      if (found > 0 && wanted > 0) {
        keys.addAll(
            inspection.read(jdbc -> new KeyWindows(jdbc, key).keys(window, condition, wanted)));
      }
      rows += found;
    }

    Matches matches() {
      return new Matches(rows, keys);
    }
  }
}
