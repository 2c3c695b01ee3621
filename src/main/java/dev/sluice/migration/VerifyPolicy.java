package dev.sluice.migration;

/**
 * How verify compares what was written with what the definition computes. May change between runs.
 *
 * @param differences what a row does that is wrong and was not changed since by the application
 */
public record VerifyPolicy(Sample sample, Differences differences) {

  public static final VerifyPolicy DEFAULT = new VerifyPolicy(new Sample.All(), Differences.FAIL);

  /** Which rows are compared. */
  public sealed interface Sample {

    /** Every row that the migration wrote. */
    record All() implements Sample {}

    /**
     * About so many rows, spread over the whole key range.
     *
     * @param rows 1 to {@value #ROWS_MAX}
     */
    record Rows(int rows) implements Sample {

      /** Beyond it the sample is no cheaper than all rows. */
      public static final int ROWS_MAX = 1_000_000_000;

      public Rows {
        if (rows < 1 || rows > ROWS_MAX) {
          throw new IllegalArgumentException(
              "verify.sample must be all or 1 to %d, got %d".formatted(ROWS_MAX, rows));
        }
      }
    }
  }

  /** What a difference leads to. */
  public enum Differences {
    /** The run ends as failed verification. */
    FAIL,
    /** It is listed, and the run ends as done. */
    REPORT
  }
}
