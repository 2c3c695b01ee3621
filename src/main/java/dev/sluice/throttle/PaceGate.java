package dev.sluice.throttle;

import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Where a thread waits, with no transaction open, until an operator and the throttle let it go on:
 * first the operator's word, then the throttle's. Safe for concurrent use.
 */
public final class PaceGate {

  /** How soon a thread that waits obeys an operator. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

  private final Runnable boundary;
  private final Supplier<Pace> pace;
  private final Waits waits;
  private final Waiter waiter;

  /**
   * @param boundary the operator's word: returns when it may go on
   * @param pace asked again and again while it is a wait
   * @param waits where it is noted what is waited for
   */
  public PaceGate(Runnable boundary, Supplier<Pace> pace, Waits waits, Waiter waiter) {
    this.boundary = boundary;
    this.pace = pace;
    this.waits = waits;
    this.waiter = waiter;
  }

  /**
   * Returns when the next piece of work may begin.
   *
   * @throws RuntimeException what the boundary throws
   */
  public void await() {
    boundary.run();
    try {
      while (pace.get() instanceof Pace.Wait wait) {
        waits.begin(wait);
        waiter.await(wait.atMost().compareTo(LOOK_AGAIN) < 0 ? wait.atMost() : LOOK_AGAIN);
        boundary.run();
      }
    } finally {
      waits.end();
    }
  }
}
