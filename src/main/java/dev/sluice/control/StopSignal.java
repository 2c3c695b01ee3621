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

  /** A chunk takes less than that; what takes longer is a scan or an index, and is cancelled. */
  private static final long CHUNK_SECONDS = 1;

  /** What is not over by then is stuck, and restartable. */
  private static final int CANCELS_MAX = 30;

  private final CountDownLatch stop = new CountDownLatch(1);

  public void stop() {
    stop.countDown();
  }

  /**
   * Stops what is running and waits for its end: workers end their chunk, and a statement that goes
   * on for longer than one is cancelled, once a second.
   *
   * @param ended counted down when it is over
   * @param cancelRunning cancels the statements that run
   * @return false if it is not over after about half a minute
   */
  public boolean stopAndAwait(CountDownLatch ended, Runnable cancelRunning)
      throws InterruptedException {
    stop();
    boolean over = ended.await(CHUNK_SECONDS, TimeUnit.SECONDS);
    for (int i = 0; !over && i < CANCELS_MAX; i++) {
      cancelRunning.run();
      over = ended.await(1, TimeUnit.SECONDS);
    }
    return over;
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
