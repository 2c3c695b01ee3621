package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import java.time.Duration;
import java.util.List;

/**
 * A committed chunk.
 *
 * @param time of the transaction, and of the look for its page where that came before
 * @param visited rows that were held when they were written
 * @param unchanged those of them that are under the guard all the same: the change gave them
 *     nothing that ends it. Empty unless it was asked for.
 */
record ChunkResult<I>(Page<I> page, List<Key> visited, List<Key> unchanged, Duration time) {

  /** The same with more time. */
  ChunkResult<I> withTime(Duration more) {
    return new ChunkResult<>(page, visited, unchanged, time.plus(more));
  }
}
