package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import java.util.List;

/**
 * A chunk was rolled back for the fault of a row in it, or of several: when it was written, or in
 * COMMIT. Which rows they are is not known yet.
 *
 * <p>Without a cause and a trace: both would be of no use, and a cause quotes the row.
 */
final class ChunkRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient List<Key> keys;
  private final transient RowFault fault;

  /**
   * @param keys of all rows of the chunk, at least one
   */
  ChunkRefusedException(List<Key> keys, RowFault fault) {
    super(fault.toString(), null, false, false);
    this.keys = List.copyOf(keys);
    this.fault = fault;
  }

  List<Key> keys() {
    return keys;
  }

  RowFault fault() {
    return fault;
  }
}
