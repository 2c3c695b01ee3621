package dev.sluice.migration;

/**
 * What may change between runs of a migration, and what a launch may override.
 *
 * @param workers parallel workers, 1 to {@value #WORKERS_MAX}; each is a thread and a connection
 * @param skip rows that are set aside before the run fails, 0 to {@value #SKIP_MAX}
 */
public record Tuning(
    ChunkPolicy chunk, int workers, RetryPolicy retry, int skip, ThrottlePolicy throttle) {

  public static final int WORKERS_MAX = 32;

  /** More than a person goes through: then it is the definition that is wrong, not the rows. */
  public static final int SKIP_MAX = 100_000;

  public static final Tuning DEFAULT =
      new Tuning(ChunkPolicy.DEFAULT, 2, RetryPolicy.DEFAULT, 0, ThrottlePolicy.DEFAULT);

  public Tuning {
    if (workers < 1 || workers > WORKERS_MAX) {
      throw new IllegalArgumentException(
          "workers must be 1 to %d, got %d".formatted(WORKERS_MAX, workers));
    }
    if (skip < 0 || skip > SKIP_MAX) {
      throw new IllegalArgumentException("skip must be 0 to %d, got %d".formatted(SKIP_MAX, skip));
    }
  }

  /**
   * The chunk's policy, with no more rows than the throttle allows in a second: a slow rate is no
   * sequence of bursts.
   */
  public ChunkPolicy pacedChunk() {
    int perSecond = throttle.speed().rowsPerSecond();
    int most = Math.max(ChunkPolicy.ROWS_MIN, perSecond);
    return perSecond == 0 || most >= chunk.rows() ? chunk : chunk.withRows(most);
  }

  public Tuning withChunkRows(int rows) {
    return new Tuning(chunk.withRows(rows), workers, retry, skip, throttle);
  }

  public Tuning withWorkers(int newWorkers) {
    return new Tuning(chunk, newWorkers, retry, skip, throttle);
  }

  public Tuning withSkip(int rows) {
    return new Tuning(chunk, workers, retry, rows, throttle);
  }

  public Tuning withThrottle(ThrottlePolicy policy) {
    return new Tuning(chunk, workers, retry, skip, policy);
  }
}
