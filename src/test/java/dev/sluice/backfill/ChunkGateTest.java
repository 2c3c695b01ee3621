package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Tuning;
import dev.sluice.throttle.Throttle;
import dev.sluice.throttle.Waits;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChunkGateTest {

  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  @Test
  void asksTheWalksOwnBoundaryAndCountsTheRowsOfItsChunks() {
    ChunkBoundary ofTheLaunch =
        () -> {
          throw new IllegalStateException("the walk's own asks it");
        };
    Backfill.Pacing pacing =
        new Backfill.Pacing(
            ofTheLaunch, Throttle.NONE, new Waits(), done::addAndGet, () -> Tuning.DEFAULT);
    ChunkGate gate = new ChunkGate(asked::incrementAndGet, pacing, duration -> {});
    gate.await();
    gate.did(100);
    gate.did(20);
    assertThat(asked).hasValue(1);
    assertThat(done).hasValue(120);
  }
}
