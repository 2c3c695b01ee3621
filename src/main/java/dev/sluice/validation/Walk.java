package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Walks a table on several connections at once, each in one stretch of keys, and each in windows.
 * The stretches' results come in key order, so that what is told of them is the same whichever was
 * done first.
 *
 * @param stretches in key order, none overlapping
 * @param workers threads, and connections
 */
record Walk(Windows windows, List<Stretch> stretches, int workers) {

  Walk {
    stretches = List.copyOf(stretches);
  }

  static Walk of(Windows windows, List<CutRange> ranges, int workers) {
    return new Walk(
        windows, ranges.stream().map(cut -> Stretch.all(cut.range())).toList(), workers);
  }

  /**
   * Calls {@code work} for each window, in each stretch for one after the other.
   *
   * @param rows about as many a window
   * @param begin makes the result of a stretch, which only its worker sees
   * @param work adds a window to it; must have added nothing yet when it throws, for a window that
   *     overruns its time comes again, in halves
   * @throws dev.sluice.postgres.Waiter.StoppedException if an operator asks to stop
   * @throws WindowOverrunException if a single row takes too long
   */
  <T> List<T> each(int rows, Supplier<T> begin, BiConsumer<T, KeyRange> work) {
    return OrderedTasks.run(
        stretches.size(),
        workers,
        windows.waiter(),
        (number, waiter) -> {
          Stretch stretch = stretches.get(number);
          T result = begin.get();
          windows
              .waitingBy(waiter)
              .each(
                  stretch.range(), stretch.rowsMax(), rows, window -> work.accept(result, window));
          return result;
        });
  }

  /** The rows that fulfil the user's condition. */
  Windows.Matches count(String condition) {
    return Windows.Matches.sum(
        each(
                Windows.ROWS,
                () -> windows.counter(condition),
                (counter, window) -> counter.add(window))
            .stream()
            .map(Windows.Counter::matches)
            .toList());
  }
}
