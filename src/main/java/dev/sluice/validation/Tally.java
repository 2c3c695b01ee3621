package dev.sluice.validation;

import dev.sluice.postgres.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** The differences of the compared columns, by the columns' order. Not thread-safe. */
final class Tally {
  private final long[] differences;
  private final long[] untouched;
  private final List<List<Key>> keys = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final RowHash hash = new RowHash();
  private long compared;
  private long failed;

  Tally(int columns) {
    differences = new long[columns];
    untouched = new long[columns];
    for (int i = 0; i < columns; i++) {
      keys.add(new ArrayList<>());
    }
  }

  void compared(long rows) {
    compared += rows;
  }

  /** Of the rows that are compared. */
  RowHash hash() {
    return hash;
  }

  /** As a range of a certificate. */
  HashedRange hashed(CutRange range) {
    return new HashedRange(range, compared, failed == 0 ? hash.hex() : null);
  }

  /** Adds the next rows in key order. */
  void add(Tally next) {
    for (int i = 0; i < differences.length; i++) {
      int column = i;
      differs(i, next.differences[i], next.untouched[i]);
      next.keys.get(i).forEach(key -> name(column, key));
    }
    next.failures.stream().limit(Windows.KEYS_MAX - failures.size()).forEach(failures::add);
    failed += next.failed;
    compared += next.compared;
  }

  /**
   * @param untouchedSince of the rows those that nobody has updated since the run wrote them, as
   *     far as the journal tells
   */
  void differs(int column, long rows, long untouchedSince) {
    differences[column] += rows;
    untouched[column] += untouchedSince;
  }

  /** Names a row; those beyond {@link Windows#KEYS_MAX} are left out. */
  void name(int column, Key key) {
    if (keysWanted(column) > 0) {
      keys.get(column).add(key);
    }
  }

  int keysWanted(int column) {
    return Windows.KEYS_MAX - keys.get(column).size();
  }

  /** A row, or a part of the table, whose values cannot be computed. */
  void failed(String where) {
    failed++;
    if (failures.size() < Windows.KEYS_MAX) {
      failures.add(where);
    }
  }

  boolean isClean(int column) {
    return differences[column] == 0 && failed == 0;
  }

  long differences(int column) {
    return differences[column];
  }

  /** Of the rows that differ there, at most {@link Windows#KEYS_MAX}. */
  List<Key> keys(int column) {
    return List.copyOf(keys.get(column));
  }

  /** Of the rows that cannot be computed, at most {@link Windows#KEYS_MAX}. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  boolean anyDiffers() {
    return LongStream.of(differences).anyMatch(rows -> rows > 0);
  }

  /** {@code 1000 rows compared, 2 differ: keys 7, 9; 1 of them untouched since}. */
  String detail(int column, Coverage coverage) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s compared, %d differ".formatted(coverage.describe(compared), differences[column]));
    if (differences[column] > 0) {
      text.append(": keys ").append(Evidence.listed(keys.get(column), differences[column]));
    }
    if (untouched[column] > 0) {
      text.append("; %d of them untouched since".formatted(untouched[column]));
    }
    if (failed > 0) {
      text.append("; %d could not be computed: ".formatted(failed))
          .append(String.join(", ", failures))
          .append(failed > failures.size() ? ", …" : "");
    }
    return text.toString();
  }
}
