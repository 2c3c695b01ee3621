package dev.sluice.migration;

import java.time.Duration;

/**
 * How large a chunk may be. Tuning: may change between runs.
 *
 * @param rows most rows a transaction, {@value #ROWS_MIN} to {@value #ROWS_MAX}
 * @param targetTime the size adapts so that a chunk takes about this long, 10 ms to 800 ms
 */
public record ChunkPolicy(int rows, Duration targetTime) {

  public static final int ROWS_MIN = 100;
  public static final int ROWS_MAX = 1000;
  public static final Duration TARGET_TIME_MIN = Duration.ofMillis(10);
  public static final Duration TARGET_TIME_MAX = Duration.ofMillis(800);

  public static final ChunkPolicy DEFAULT = new ChunkPolicy(1000, Duration.ofMillis(200));

  public ChunkPolicy {
    if (rows < ROWS_MIN || rows > ROWS_MAX) {
      throw new IllegalArgumentException(
          "chunk.rows must be %d to %d, got %d".formatted(ROWS_MIN, ROWS_MAX, rows));
    }
    if (targetTime.compareTo(TARGET_TIME_MIN) < 0 || targetTime.compareTo(TARGET_TIME_MAX) > 0) {
      throw new IllegalArgumentException(
          "chunk.target-time must be %d ms to %d ms, got %d ms"
              .formatted(
                  TARGET_TIME_MIN.toMillis(), TARGET_TIME_MAX.toMillis(), targetTime.toMillis()));
    }
  }

  public ChunkPolicy withRows(int newRows) {
    return new ChunkPolicy(newRows, targetTime);
  }
}
