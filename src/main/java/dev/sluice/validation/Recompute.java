package dev.sluice.validation;

import dev.sluice.postgres.KeyRange;

/** Computes again what the migration wrote, and compares. */
interface Recompute {

  /** How many rows a window should hold. */
  int windowRows();

  /**
   * Compares one window.
   *
   * @param tally told of every row that was compared and of every difference, once none can fail
   */
  void compare(KeyRange window, Tally tally);
}
