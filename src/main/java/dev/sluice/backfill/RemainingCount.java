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
 * Counts the rows under the guard, range by range: the proof that none is left, or where they are.
 *
 * <p>Reads without locks, so a row that is locked counts too: "nothing could be selected" is never
 * taken for "nothing is left". One short snapshot a range.
 */
final class RemainingCount {

  private final KeyWindows windows;
  private final String guard;
  private final RetryTemplate retry;
  private final Runnable gate;

  /**
   * @param gate returns when the next range may be counted
   */
  RemainingCount(KeyWindows windows, String guard, RetryTemplate retry, Runnable gate) {
    this.windows = windows;
    this.guard = guard;
    this.retry = retry;
    this.gate = gate;
  }

  /**
   * Counts with all workers at once. After a failure the ranges that no worker has begun are left
   * uncounted.
   *
   * @param ranges small ones, without gaps from the first key to the last, in key order
   */
  Remaining count(List<KeyRange> ranges, TaskExecutor workers) throws Exception {
    List<FutureTask<Long>> counts = new ArrayList<>();
    for (KeyRange range : ranges) {
      FutureTask<Long> count = new FutureTask<>(() -> count(range));
      workers.execute(count);
      counts.add(count);
    }
    try {
      return sum(ranges, counts);
    } finally {
      // without interrupts, which would break a connection in the middle of a statement
      counts.forEach(count -> count.cancel(false));
    }
  }

  private static Remaining sum(List<KeyRange> ranges, List<FutureTask<Long>> counts)
      throws Exception {
    long rows = 0;
    List<KeyRange> dirty = new ArrayList<>();
    for (int i = 0; i < counts.size(); i++) {
      long found = get(counts.get(i));
      rows += found;
      if (found > 0) {
        dirty.add(ranges.get(i));
      }
    }
    return new Remaining(rows, dirty);
  }

  private long count(KeyRange range) {
    return retry.execute(
        context -> {
          gate.run();
          return windows.count(range, guard);
        });
  }

  private static long get(Future<Long> count) throws Exception {
    try {
      return count.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }
}
