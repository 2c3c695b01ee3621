package dev.sluice.control;

import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where the threads of a launch wait while an operator wants a pause: between two chunks, two
 * windows or two steps, with no transaction open and no connection held. Safe for concurrent use.
 */
public final class PauseGate {

  /** How soon a waiting thread obeys what ends a pause: a resume, a stop, the loss of the lock. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final Waiter waiter;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile @Nullable Command pause;
  private volatile boolean hasHeld;

  /**
   * @param waiter ends with a stop and with the loss of the lock
   */
  public PauseGate(Waiter waiter) {
    this.waiter = waiter;
  }

  /**
   * Returns at once, or when the pause is over.
   *
   * @param meanwhile asked again and again while it waits; what it throws ends the wait
   */
  public void pass(Runnable meanwhile) {
    if (pause == null) {
      return;
    }
    hasHeld = true;
    waiting.incrementAndGet();
    try {
      while (pause != null) {
        meanwhile.run();
        waiter.await(LOOK_AGAIN);
      }
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** Whether anybody has ever waited here. */
  public boolean hasHeld() {
    return hasHeld;
  }

  /** Whether whoever comes waits here. */
  public boolean isClosed() {
    return pause != null;
  }

  void close(Command pauseGiven) {
    pause = pauseGiven;
  }

  void open() {
    pause = null;
  }

  /** Empty: it is open. */
  Optional<Command> pause() {
    return Optional.ofNullable(pause);
  }

  /** How many threads wait. */
  int waiting() {
    return waiting.get();
  }
}
