package dev.sluice.control;

import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The request to stop a run, from a signal to the process or from an operator. Once given it stays.
 *
 * <p>Workers ask before each chunk; whoever waits, waits here and wakes up at once. Safe for
 * concurrent use.
 */
public final class StopSignal implements Waiter {

  private final CountDownLatch stop = new CountDownLatch(1);

  public void stop() {
    stop.countDown();
  }

  public boolean isStopped() {
    return stop.getCount() == 0;
  }

  /**
   * @throws StoppedException if a stop was requested
   */
  public void throwIfStopped() {
    if (isStopped()) {
      throw new StoppedException();
    }
  }

  @Override
  public void await(Duration duration) {
    try {
      if (stop.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new StoppedException();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
  }
}
