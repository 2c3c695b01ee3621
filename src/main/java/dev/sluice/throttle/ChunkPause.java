package dev.sluice.throttle;

import java.time.Duration;
import java.util.Optional;

/** A rest of each worker after each of its chunks. Safe for concurrent use. */
final class ChunkPause {

  static final String SIGNAL = "pause";

  private final ThreadLocal<Long> chunkEnded = new ThreadLocal<>();

  void did(long nowNanos) {
    chunkEnded.set(nowNanos);
  }

  /** What is left of the calling worker's rest; empty: nothing. */
  Optional<Pace.Wait> pace(Duration pause, long nowNanos) {
    Long ended = chunkEnded.get();
    if (ended == null || nowNanos - ended >= pause.toNanos()) {
      return Optional.empty();
    }
    return Optional.of(
        new Pace.Wait(
            SIGNAL,
            "a pause of %s after each chunk".formatted(Figures.of(pause)),
            Duration.ofNanos(pause.toNanos() - (nowNanos - ended))));
  }
}
