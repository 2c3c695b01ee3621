package dev.sluice.validation;

import dev.sluice.migration.VerifyPolicy.Sample;
import dev.sluice.postgres.KeyRange;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/** Cuts what is to be compared into portions: the whole table, or a sample spread over it. */
final class Portions {

  /**
   * Up to it a sample takes single rows, which reads the whole table; above it, whole pages that
   * are spread over the table.
   */
  private static final long ROWS_TO_SAMPLE_BY_ROW = 1_000_000;

  private static final double PERCENT = 100;

  private final Windows windows;
  private final Sample sample;

  Portions(Windows windows, Sample sample) {
    this.windows = windows;
    this.sample = sample;
  }

  /**
   * Calls {@code work} for one portion after the other.
   *
   * @param rows about as many a portion
   */
  void each(int rows, Consumer<Portion> work) {
    long total =
        windows.inspection().read(jdbc -> RowEstimate.of(jdbc, windows.key().table(), "TRUE"));
    if (sample instanceof Sample.Rows wanted && wanted.rows() < total) {
      eachSample(wanted.rows(), rows, total, work);
    } else {
      windows.each(rows, window -> work.accept(Portion.of(window)));
    }
  }

  private void eachSample(int wanted, int rows, long total, Consumer<Portion> work) {
    int portions = (wanted + rows - 1) / rows;
    double percent = PERCENT * wanted / portions / total;
    String method = total <= ROWS_TO_SAMPLE_BY_ROW ? "BERNOULLI" : "SYSTEM";
    for (int seed = 1; seed <= portions; seed++) {
      windows.waiter().await(Duration.ZERO);
      // a seed of its own: other rows each time, and the same rows when a statement asks again
      String clause =
          String.format(
              Locale.ROOT, " TABLESAMPLE %s (%.9f) REPEATABLE (%d)", method, percent, seed);
      work.accept(new Portion(clause, KeyRange.ALL));
    }
  }
}
