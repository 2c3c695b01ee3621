package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DemandTest {

  private static final long LATER = Duration.ofMinutes(1).toNanos();

  private final Demand demand = new Demand();

  @Test
  void thereIsNoneBeforeAWorkerAsksNorLongAfter() {
    assertThat(demand.is(0)).isFalse();
    demand.asks(0);
    assertThat(demand.is(Duration.ofMillis(499).toNanos())).isTrue();
    assertThat(demand.is(Duration.ofMillis(500).toNanos())).isFalse();
  }

  @Test
  void aChunkIsDemandFromItsBeginningToItsEnd() {
    demand.asks(0);
    demand.begins();
    assertThat(demand.is(LATER)).isTrue();
    demand.ends(LATER);
    assertThat(demand.is(LATER + Duration.ofMillis(499).toNanos()))
        .as("it will ask for the next one")
        .isTrue();
    assertThat(demand.is(LATER + Duration.ofMillis(500).toNanos())).isFalse();
  }

  @Test
  void whoOnlyReadsIsDemandForAsLongAsAnAnswerCounts() {
    demand.asksToRead(0);
    demand.asks(Duration.ofSeconds(1).toNanos());
    assertThat(demand.is(Readings.AGE_MAX.toNanos() - 1)).isTrue();
    assertThat(demand.is(Readings.AGE_MAX.toNanos())).isFalse();
  }

  @Test
  void aWorkerThatIsGoneIsInNoChunk() throws InterruptedException {
    Thread worker = new Thread(demand::begins);
    worker.start();
    worker.join();
    assertThat(demand.is(0)).isFalse();
  }
}
