package dev.sluice.throttle;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the workers of a launch wait for at this moment, for whoever shows it. Safe for concurrent
 * use.
 */
public final class Waits {

  private final Map<Thread, Pace.Wait> byWorker = new ConcurrentHashMap<>();

  /** The calling worker waits. */
  public void begin(Pace.Wait wait) {
    byWorker.put(Thread.currentThread(), wait);
  }

  /** The calling worker goes on. */
  public void end() {
    byWorker.remove(Thread.currentThread());
  }

  /** Empty: none of them waits. */
  public Optional<Pace.Wait> now() {
    return byWorker.values().stream().findFirst();
  }
}
