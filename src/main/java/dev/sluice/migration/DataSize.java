package dev.sluice.migration;

import java.util.List;
import java.util.Locale;

/**
 * A number of bytes, as PostgreSQL counts and prints them: 1 MB is 1024 kB.
 *
 * @param bytes 0 or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {

  /** PostgreSQL's units, each 1024 times the one before. */
  public static final List<String> UNITS = List.of("kB", "MB", "GB", "TB");

  private static final long STEP = 1024;

  public static final DataSize ZERO = new DataSize(0);

  public DataSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must be 0 or more, got " + bytes);
    }
  }

  /**
   * @param unit one of {@link #UNITS}
   * @throws IllegalArgumentException also if it is more than a {@code long} counts
   */
  public static DataSize of(long number, String unit) {
    long bytes = number;
    for (int i = 0; i <= UNITS.indexOf(unit); i++) {
      if (bytes > Long.MAX_VALUE / STEP) {
        throw new IllegalArgumentException(
            "a size must be less than 8388608TB, got %d%s".formatted(number, unit));
      }
      bytes *= STEP;
    }
    return new DataSize(bytes);
  }

  public boolean isZero() {
    return bytes == 0;
  }

  @Override
  public int compareTo(DataSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** As a definition writes it: {@code 64MB}, in the largest unit that divides it. */
  public String written() {
    for (int i = UNITS.size() - 1; i > 0; i--) {
      long unit = of(1, UNITS.get(i)).bytes;
      if (bytes % unit == 0 && bytes > 0) {
        return bytes / unit + UNITS.get(i);
      }
    }
    return bytes == 0 ? "0MB" : bytes / STEP + UNITS.get(0);
  }

  /** For people: {@code 1.5 GB}. */
  @Override
  public String toString() {
    if (bytes < STEP) {
      return bytes + " bytes";
    }
    double shown = bytes;
    int unit = -1;
    while (shown >= STEP && unit < UNITS.size() - 1) {
      shown /= STEP;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %s", shown, UNITS.get(unit)).replace(".0 ", " ");
  }
}
