package dev.sluice.throttle;

import java.util.function.IntConsumer;

/**
 * Whether the next chunk may begin, by what is known of the server and of the work already done.
 *
 * <p>Shared by all workers of a launch. It answers at once, from what was sampled before: no method
 * queries or waits. Safe for concurrent use.
 */
public interface Throttle extends AutoCloseable {

  /** Holds nothing back. */
  Throttle NONE =
      new Throttle() {
        @Override
        public Pace pace() {
          return Pace.PROCEED;
        }

        @Override
        public void did(int rows) {}

        @Override
        public long harms() {
          return 0;
        }

        @Override
        public Pace readingPace() {
          return Pace.PROCEED;
        }

        @Override
        public void resizeBy(IntConsumer resize) {}

        @Override
        public void close() {}
      };

  /** Asked by a worker before each chunk, again and again while the answer is a wait. */
  Pace pace();

  /**
   * Asked before each window of rows that is only read, as a count or verification does: neither
   * standbys nor locks have a part in that, nor has any rate.
   */
  Pace readingPace();

  /**
   * Told by a worker after each committed chunk.
   *
   * @param rows that were written
   */
  void did(int rows);

  /**
   * How often sessions of others were found to wait for this launch's chunks and it was stopped for
   * that: counts up. Each is a reason for smaller chunks.
   */
  long harms();

  /**
   * Has workers go under load, and come back, by calls of {@code resize} with the number that there
   * should be, about once a second. The last caller counts.
   */
  void resizeBy(IntConsumer resize);

  /** The launch is over. */
  @Override
  void close();
}
