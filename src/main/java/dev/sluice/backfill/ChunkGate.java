package dev.sluice.backfill;

import dev.sluice.postgres.Waiter;
import dev.sluice.throttle.PaceGate;

/** What a worker passes before each chunk, and tells after it. Safe for concurrent use. */
final class ChunkGate {

  private final PaceGate gate;
  private final Backfill.Pacing pacing;

  /**
   * @param boundary the operator's word, and what else ends a worker of this walk
   */
  ChunkGate(ChunkBoundary boundary, Backfill.Pacing pacing, Waiter waiter) {
    this.gate = new PaceGate(boundary::check, pacing.throttle()::pace, pacing.waits(), waiter);
    this.pacing = pacing;
  }

  /**
   * Returns when the next chunk may begin.
   *
   * @throws RuntimeException what {@link ChunkBoundary#check} throws
   */
  void await() {
    gate.await();
  }

  /** A chunk is committed. */
  void did(int rows) {
    pacing.done().accept(rows);
    pacing.throttle().did(rows);
  }
}
