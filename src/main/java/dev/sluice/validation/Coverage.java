package dev.sluice.validation;

import dev.sluice.migration.VerifyPolicy.Sample;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeySample;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Which rows are compared: all of the table, or a sample.
 *
 * <p>A sample costs about what its rows cost. The table is cut into equal strata of keys, and in
 * each the rows behind a random key are compared, by the key's index: never a scan of the table,
 * whatever it is partitioned or keyed by. The same seed takes the same rows while the table stays
 * the same.
 *
 * @param rowsTotal of the table, an estimate
 * @param sampleRows 0: all
 */
record Coverage(Windows windows, long rowsTotal, int sampleRows, long seed) {

  /** Enough to meet every region of a table, and a second or two of statements. */
  private static final int STRATA_MAX = 256;

  /** Fewer rows would cost more statements than reading. */
  private static final int STRATUM_ROWS_MIN = 20;

  /** Places in a stratum that a window may start at. */
  private static final int PLACES = 8;

  static Coverage of(Windows windows, Sample sample, long seed) {
    long total =
        windows.inspection().read(jdbc -> RowEstimate.of(jdbc, windows.key().table(), "TRUE"));
    int rows = sample instanceof Sample.Rows wanted && wanted.rows() < total ? wanted.rows() : 0;
    return new Coverage(windows, total, rows, seed);
  }

  /** {@code 1000 rows}, or {@code 300 of about 1000 rows (a sample, seed 1)}. */
  String describe(long compared) {
    return isComplete()
        ? compared + " rows"
        : "%d of about %d rows (a sample, seed %d)".formatted(compared, rowsTotal, seed);
  }

  boolean isComplete() {
    return sampleRows == 0;
  }

  /** Of a sample: one a stratum. */
  List<Stretch> stretches() {
    List<KeyRange> places = places();
    // a small table has fewer different keys than places
    int strata = Math.max(1, places.size() / PLACES);
    Random random = new Random(seed);
    List<Stretch> stretches = new ArrayList<>();
    for (int i = 0; i < strata; i++) {
      int first = i * PLACES;
      int end = i == strata - 1 ? places.size() : first + PLACES;
      int place = first + random.nextInt(placesThatFit(end - first));
      KeyRange from = new KeyRange(places.get(place).after(), places.get(end - 1).through());
      if (from.through() != null) {
        stretches.add(new Stretch(from, share(i, strata)));
      }
    }
    return stretches;
  }

  private List<KeyRange> places() {
    int strata = Math.max(1, Math.min(STRATA_MAX, sampleRows / STRATUM_ROWS_MIN));
    return new ArrayList<>(
        windows
            .inspection()
            .read(jdbc -> new KeySample(jdbc, windows.key()).ranges(strata * PLACES, seed)));
  }

  /** A window that begins too late would meet the end of its stratum before it is full. */
  private int placesThatFit(int places) {
    return Math.max(1, (int) (places * (1.0 - (double) sampleRows / rowsTotal)));
  }

  private long share(int stratum, int strata) {
    return (long) sampleRows * (stratum + 1) / strata - (long) sampleRows * stratum / strata;
  }
}
