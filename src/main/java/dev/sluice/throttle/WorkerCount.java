package dev.sluice.throttle;

import java.time.Duration;

/**
 * How many workers a run should have: one less when the server has been under load for most of a
 * period, half of those that went again after several periods without any. Between one and the
 * definition's workers.
 *
 * <p>Slow to return, so that it finds a number that the server can bear and stays near it; by half,
 * so that the most workers that there can be are back within minutes. Not safe for concurrent use.
 */
final class WorkerCount {

  static final Duration PERIOD = Duration.ofSeconds(10);
  static final int CALM_PERIODS = 3;

  private int fewer;
  private int calmPeriods;
  private int looks;
  private int looksUnderLoad;
  private long periodBeganNanos;
  private boolean begun;

  /**
   * A look at the load, at even intervals.
   *
   * @param underLoad whether the run is to wait because of it
   * @param max the definition's workers, as tuned by now
   * @return how many there should be
   */
  int look(boolean underLoad, int max, long nowNanos) {
    if (!begun) {
      begun = true;
      beginPeriod(nowNanos);
    }
    looks++;
    looksUnderLoad += underLoad ? 1 : 0;
    if (nowNanos - periodBeganNanos >= PERIOD.toNanos()) {
      endPeriod();
      beginPeriod(nowNanos);
    }
    return of(max);
  }

  /** Nobody works, as in a pause: nothing is known of this time, and the next look begins anew. */
  int resting(int max) {
    begun = false;
    return of(max);
  }

  /** Those that it never had do not return. */
  private int of(int max) {
    fewer = Math.min(fewer, max - 1);
    return max - fewer;
  }

  private void beginPeriod(long nowNanos) {
    periodBeganNanos = nowNanos;
    looks = 0;
    looksUnderLoad = 0;
  }

  private void endPeriod() {
    if (2 * looksUnderLoad > looks) {
      calmPeriods = 0;
      fewer++;
    } else if (looksUnderLoad > 0) {
      calmPeriods = 0;
    } else if (++calmPeriods >= CALM_PERIODS) {
      calmPeriods = 0;
      fewer /= 2;
    }
  }
}
