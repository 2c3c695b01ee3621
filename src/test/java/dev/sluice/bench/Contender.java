package dev.sluice.bench;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A way to fill {@code first_name} and {@code last_name} of every row. */
interface Contender {

  /** Longer than any of them may take; past it the benchmark fails. */
  Duration TIME_MAX = Duration.ofHours(2);

  /** The name on the command line and in the tables. */
  String name();

  /** How many rows of a table it gets to do; the others are done already. */
  default int rowsToDo(int rows) {
    return rows;
  }

  /** Fills both columns of the fresh table, and says what that took. */
  Outcome run(BenchDatabase database) throws Exception;

  /**
   * The same.
   *
   * @throws IllegalStateException if it fails: says who
   */
  default Outcome runNamed(BenchDatabase database) {
    try {
      return run(database);
    } catch (Exception e) {
      throw new IllegalStateException(name() + ": " + e.getMessage(), e);
    }
  }

  /**
   * What a contender took.
   *
   * @param startUp before the first row; zero for what the benchmark calls in its own process
   * @param work what the rows per second count
   * @param verify after the last row; zero for what does not verify
   * @param memory null for what has no process of its own
   */
  record Outcome(Duration startUp, Duration work, Duration verify, @Nullable Memory memory) {
    static Outcome of(Duration work) {
      return new Outcome(Duration.ZERO, work, Duration.ZERO, null);
    }

    double seconds() {
      return seconds(work);
    }

    static double seconds(Duration duration) {
      return duration.toNanos() / 1e9;
    }
  }
}
