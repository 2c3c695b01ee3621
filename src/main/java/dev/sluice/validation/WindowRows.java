package dev.sluice.validation;

/**
 * How many rows the next window holds: half of one that overran its time, and more again after some
 * that did not, because the slow rows may be few. Not thread-safe.
 */
final class WindowRows {

  /**
   * One retry costs what overran; after so many successes it is at most a third of the whole time.
   */
  private static final int SUCCESSES_TO_GROW = 4;

  private final int rowsMax;
  private int rows;
  private int successes;

  WindowRows(int rowsMax) {
    this.rowsMax = rowsMax;
    this.rows = rowsMax;
  }

  int now() {
    return rows;
  }

  void succeeded() {
    successes++;
    if (successes >= SUCCESSES_TO_GROW) {
      successes = 0;
      rows = (int) Math.min(rowsMax, rows * 2L);
    }
  }

  /**
   * @param tried how many rows the window held that did
   */
  void overran(int tried) {
    successes = 0;
    rows = Math.max(1, tried / 2);
  }
}
