package dev.sluice.backfill;

/**
 * Asked by every worker before each chunk, while it holds no transaction.
 *
 * <p>Safe for concurrent use.
 */
@FunctionalInterface
public interface ChunkBoundary {

  /**
   * Returns if the next chunk may begin.
   *
   * @throws dev.sluice.postgres.Waiter.StoppedException if an operator asked to stop
   * @throws RuntimeException if the run must end for another reason
   */
  void check();
}
