package dev.sluice.bench;

import java.time.Duration;

/** A way to fill {@code first_name} and {@code last_name} of every row. */
interface Contender {

  /** Longer than any of them may take; past it the benchmark fails. */
  Duration TIME_MAX = Duration.ofHours(2);

  /** The name on the command line and in the table. */
  String name();

  /** Fills both columns of the fresh table, and says how long that took. */
  Timing run(BenchDatabase database) throws Exception;

  /**
   * How long a contender took.
   *
   * @param startUp before the first row; zero for what the benchmark calls in its own process
   * @param work what the rows per second count
   * @param verify after the last row; zero for what does not verify
   */
  record Timing(Duration startUp, Duration work, Duration verify) {
    static Timing of(Duration work) {
      return new Timing(Duration.ZERO, work, Duration.ZERO);
    }
  }
}
