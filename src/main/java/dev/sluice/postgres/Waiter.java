package dev.sluice.postgres;

import java.time.Duration;

/**
 * Waits, between attempts and never inside a transaction.
 *
 * <p>Injected, so that a waiting program still obeys an operator and a test waits for nothing.
 */
@FunctionalInterface
public interface Waiter {

  /**
   * Returns after {@code duration}.
   *
   * @throws StoppedException as soon as an operator asks the run to stop
   */
  void await(Duration duration);

  /**
   * Does work on this thread that waits here every now and then. Whoever holds all of it back knows
   * by that what has still to come here.
   */
  default void duringWork(Runnable work) {
    work.run();
  }

  /** An operator asked to stop. Not a failure: the run can be started again. */
  final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoppedException() {
      super("stopped by an operator");
    }
  }
}
