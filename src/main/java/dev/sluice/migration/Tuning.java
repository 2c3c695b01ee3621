package dev.sluice.migration;

/**
 * What may change between runs of a migration, and what a launch may override.
 *
 * @param workers parallel workers, 1 to {@value #WORKERS_MAX}; each is a thread and a connection
 */
public record Tuning(ChunkPolicy chunk, int workers, RetryPolicy retry) {

  public static final int WORKERS_MAX = 32;
  public static final Tuning DEFAULT = new Tuning(ChunkPolicy.DEFAULT, 2, RetryPolicy.DEFAULT);

  public Tuning {
    if (workers < 1 || workers > WORKERS_MAX) {
      throw new IllegalArgumentException(
          "workers must be 1 to %d, got %d".formatted(WORKERS_MAX, workers));
    }
  }

  public Tuning withChunkRows(int rows) {
    return new Tuning(chunk.withRows(rows), workers, retry);
  }

  public Tuning withWorkers(int newWorkers) {
    return new Tuning(chunk, newWorkers, retry);
  }
}
