package dev.sluice.validation;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeySample;
import dev.sluice.postgres.KeyWindows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a table into the key ranges that are walked at once and hashed one by one.
 *
 * <p>A range holds about {@value Windows#ROWS} rows, a window: fewer would cost more statements
 * than reading, and fewer and larger ones would tell less of where something has changed. A table
 * of more than 50 million rows has {@value #RANGES_MAX}, larger ones, so that a certificate stays a
 * matter of some 100 KiB. A small table is cut further, as far as that keeps all workers busy.
 */
final class RangeCut {

  static final int RANGES_MAX = 1000;

  /** As many as the backfill has partitions: the last ones end at about the same time. */
  private static final int RANGES_PER_WORKER = 8;

  /** Below, a worker would wait more for the server than the server works. */
  private static final int RANGE_ROWS_MIN = 1000;

  private final Windows windows;
  private final int workers;

  RangeCut(Windows windows, int workers) {
    this.windows = windows;
    this.workers = workers;
  }

  /**
   * At the same keys as before, so that the hashes can be compared, and what has come behind the
   * last of them anew. Empty: so is the table.
   *
   * @param earlier null, or of other rows: cuts all anew, by quantiles
   */
  List<CutRange> cut(HashedRanges.@Nullable Earlier earlier) {
    return earlier != null && earlier.hashed().basis().isOf(windows.key())
        ? cutLike(earlier.hashed().ranges())
        : cutAnew(rows());
  }

  private List<CutRange> cutAnew(long rows) {
    return behind(null, count(rows)).stream().map(range -> new CutRange(range, false)).toList();
  }

  private List<CutRange> cutLike(List<HashedRange> earlier) {
    List<CutRange> ranges =
        new ArrayList<>(
            earlier.stream().map(HashedRange::cut).filter(range -> !range.tail()).toList());
    long rows = rows();
    if (ranges.isEmpty() || isOutgrown(earlier, rows)) {
      return cutAnew(rows);
    }
    Key last = ranges.get(ranges.size() - 1).range().through();
    int more = count(rows) - ranges.size();
    behind(last, Math.max(1, more)).forEach(range -> ranges.add(new CutRange(range, more < 1)));
    return ranges;
  }

  /** As many ranges as may be, and the rows behind the last of them without bound. */
  private static boolean isOutgrown(List<HashedRange> earlier, long rows) {
    return earlier.size() >= RANGES_MAX
        && rows > 2 * earlier.stream().mapToLong(HashedRange::rows).sum();
  }

  private List<KeyRange> behind(@Nullable Key last, int count) {
    KeyRange rest = new KeyRange(last, null);
    return windows
        .inspection()
        .read(
            jdbc ->
                new KeyWindows(jdbc, windows.key()).greatest(rest) == null
                    ? List.of()
                    : new KeySample(jdbc, windows.key()).ranges(rest, count));
  }

  private long rows() {
    return windows.inspection().read(jdbc -> RowEstimate.of(jdbc, windows.key().table(), "TRUE"));
  }

  private int count(long rows) {
    long full = rows / Windows.ROWS;
    long shared = Math.min((long) RANGES_PER_WORKER * workers, rows / RANGE_ROWS_MIN);
    return (int) Math.max(1, Math.min(RANGES_MAX, Math.max(full, shared)));
  }
}
