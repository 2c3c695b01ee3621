package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ChunkPauseTest {

  private static final Duration PAUSE = Duration.ofMillis(1500);

  private final ChunkPause pause = new ChunkPause();

  @Test
  void aWorkerRestsAfterItsOwnChunk() {
    assertThat(pause.pace(PAUSE, 0)).as("before its first").isEmpty();
    pause.did(0);
    assertThat(pause.pace(PAUSE, Duration.ofMillis(500).toNanos()))
        .hasValue(
            new Pace.Wait("pause", "a pause of 1.5 s after each chunk", Duration.ofSeconds(1)));
    assertThat(CompletableFuture.supplyAsync(() -> pause.pace(PAUSE, 0)).join())
        .as("another worker")
        .isEmpty();
    assertThat(pause.pace(Duration.ofMillis(400), Duration.ofMillis(500).toNanos()))
        .as("a shorter pause holds at once")
        .isEmpty();
    assertThat(pause.pace(PAUSE, PAUSE.toNanos())).isEmpty();
  }

  @Test
  void noPauseIsNone() {
    pause.did(0);
    assertThat(pause.pace(Duration.ZERO, 0)).isEmpty();
  }
}
