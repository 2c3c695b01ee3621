package dev.sluice.backfill;

import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeyWindows;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.springframework.core.task.TaskExecutor;
import org.springframework.retry.support.RetryTemplate;

/**
 * Counts the rows under the guard, window by window: the proof that none is left, or where they
 * are.
 *
 * <p>Reads without locks, so a row that is locked counts too: "nothing could be selected" is never
 * taken for "nothing is left". One short snapshot a window.
 */
final class RemainingCount {

  private static final int WINDOW_ROWS = 50_000;

  /** Windows are merged beyond this, so that memory does not grow with the table. */
  private static final int RANGES_MAX = 1_000;

  private final KeyWindows windows;
  private final String guard;
  private final RetryTemplate retry;
  private final ChunkBoundary boundary;

  RemainingCount(KeyWindows windows, String guard, RetryTemplate retry, ChunkBoundary boundary) {
    this.windows = windows;
    this.guard = guard;
    this.retry = retry;
    this.boundary = boundary;
  }

  /**
   * Counts several ranges at once.
   *
   * @param ranges without gaps from the first key to the last, in key order
   */
  Remaining count(List<KeyRange> ranges, TaskExecutor workers) throws Exception {
    List<Future<Remaining>> counts = new ArrayList<>();
    for (KeyRange range : ranges) {
      FutureTask<Remaining> count = new FutureTask<>(() -> count(range));
      workers.execute(count);
      counts.add(count);
    }
    long rows = 0;
    List<KeyRange> dirty = new ArrayList<>();
    for (Future<Remaining> count : counts) {
      Remaining part = get(count);
      rows += part.rows();
      part.ranges().forEach(window -> add(dirty, window));
    }
    return new Remaining(rows, dirty);
  }

  private static Remaining get(Future<Remaining> count) throws Exception {
    try {
      return count.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private Remaining count(KeyRange range) {
    List<KeyRange> dirty = new ArrayList<>();
    long rows = 0;
    KeyRange rest = range;
    while (true) {
      boundary.check();
      KeyRange from = rest;
      KeyRange window = retry.execute(context -> windows.first(from, WINDOW_ROWS));
      long found = retry.execute(context -> windows.count(window, guard));
      if (found > 0) {
        rows += found;
        add(dirty, window);
      }
      if (window.through() == null || window.through().equals(range.through())) {
        return new Remaining(rows, dirty);
      }
      rest = rest.startingAfter(window.through());
    }
  }

  private static void add(List<KeyRange> dirty, KeyRange window) {
    if (dirty.size() < RANGES_MAX) {
      dirty.add(window);
    } else {
      KeyRange last = dirty.remove(dirty.size() - 1);
      dirty.add(new KeyRange(last.after(), window.through()));
    }
  }
}
