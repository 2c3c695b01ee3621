package dev.sluice.validation;

/** Computes again what the migration wrote, and compares. */
interface Recompute {

  /** How many rows a portion should hold. */
  int portionRows();

  /**
   * Compares one portion.
   *
   * @param tally told of every row that was compared and of every difference
   */
  void compare(Portion portion, Tally tally);
}
