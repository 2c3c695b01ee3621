package dev.sluice.throttle;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * So many rows a second at most, of all workers together: a bucket that fills by the rate. A chunk
 * takes what it is expected to need before it begins, and sets that right afterwards, so that
 * workers who wait do not all begin at once. Expected is the most at first, and less only by and
 * by: after a chunk with few rows the next may be full.
 *
 * <p>What is owed is kept in rows: a new rate holds at once for them too. Safe for concurrent use.
 */
final class RowRate {

  static final String SIGNAL = "rows a second";

  /**
   * What may be saved up: a worker that asks a little late loses nothing by it. More would let all
   * workers make up for it at once, one chunk after another.
   */
  private static final int SAVED_CHUNKS_MAX = 2;

  /** With each chunk that needed less, what is expected falls by one part in so many. */
  private static final int FORGOTTEN_PART = 4;

  private static final double NANOS = Duration.ofSeconds(1).toNanos();

  /** Under a higher rate the limit may have passed before a worker asks. */
  private static final Duration WAIT_MIN = Duration.ofMillis(1);

  private final Map<Thread, Integer> taken = new HashMap<>();
  private double rows;
  private long filledNanos;
  private boolean begun;
  private int expected;

  /**
   * Asked by a worker before its chunk.
   *
   * @param rate 0: any
   * @param chunkRows most rows of a chunk under this rate
   * @return how long to wait; empty: begin
   */
  synchronized Optional<Pace.Wait> pace(int rate, int chunkRows, long nowNanos) {
    if (rate == 0) {
      taken.clear();
      begun = false;
      return Optional.empty();
    }
    fill(rate, chunkRows, nowNanos);
    giveBack(); // of a chunk that was rolled back
    if (rows < 0) {
      Duration wait = Duration.ofNanos((long) (-rows / rate * NANOS)).plus(WAIT_MIN);
      return Optional.of(new Pace.Wait(SIGNAL, "%d rows a second at most".formatted(rate), wait));
    }
    taken.put(Thread.currentThread(), expected);
    rows -= expected;
    return Optional.empty();
  }

  private void fill(int rate, int chunkRows, long nowNanos) {
    if (!begun) {
      begun = true;
      rows = 0;
      expected = chunkRows;
      filledNanos = nowNanos;
    }
    double filled = rows + (nowNanos - filledNanos) / NANOS * rate;
    rows = Math.min(filled, Math.max(rows, SAVED_CHUNKS_MAX * expected));
    filledNanos = nowNanos;
  }

  private void giveBack() {
    Integer unused = taken.remove(Thread.currentThread());
    rows += unused == null ? 0 : unused;
  }

  /** The calling worker's chunk is committed. */
  synchronized void did(int done) {
    if (!begun) {
      return;
    }
    giveBack();
    rows -= done;
    expected = Math.max(done, expected - expected / FORGOTTEN_PART);
  }
}
