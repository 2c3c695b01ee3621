package dev.sluice.backfill;

/**
 * Asked by every worker before each chunk, while it holds no transaction.
 *
 * <p>Safe for concurrent use.
 */
@FunctionalInterface
public interface ChunkBoundary {

  /**
   * Returns when the next chunk may begin: it waits while an operator wants a pause.
   *
   * @throws dev.sluice.postgres.Waiter.StoppedException if an operator asked to stop
   * @throws RuntimeException if the run must end for another reason
   */
  void check();

  /**
   * The same.
   *
   * @param meanwhile asked first, and again and again while it waits; what it throws ends the wait
   */
  default void check(Runnable meanwhile) {
    meanwhile.run();
    check();
  }
}
