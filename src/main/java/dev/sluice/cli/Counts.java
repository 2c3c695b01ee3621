package dev.sluice.cli;

/** How many migrations an operator asks for. */
final class Counts {

  private Counts() {}

  /**
   * @throws ErrorReport.UsageException if it is less than one
   */
  static void requireSome(int count) {
    if (count < 1) {
      throw new ErrorReport.UsageException(
          "N must be 1 or more migrations, got %d".formatted(count));
    }
  }
}
