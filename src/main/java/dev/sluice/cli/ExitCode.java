package dev.sluice.cli;

import dev.sluice.job.Outcome;

/** What the process tells the shell. Schedulers rely on the numbers. */
final class ExitCode {

  static final int DONE = 0;
  static final int BUG = 1;

  /** Wrong usage, or a wrong definition. */
  static final int USAGE = 2;

  static final int REFUSED = 3;
  static final int STOPPED = 4;
  static final int FAILED = 5;
  static final int VERIFICATION_FAILED = 6;
  static final int BUSY = 7;

  /** Done, with rows left that need a person: in quarantine, or conflicts of a rollback. */
  static final int DONE_WITH_ROWS_LEFT = 8;

  static final int ROLLED_BACK = 9;

  private ExitCode() {}

  static int of(Outcome outcome) {
    return switch (outcome) {
      case COMPLETED, ALREADY_COMPLETED, ROLLED_BACK -> DONE;
      case REFUSED -> REFUSED;
      case STOPPED -> STOPPED;
      case FAILED, HALF_APPLIED -> FAILED;
      case VERIFICATION_FAILED -> VERIFICATION_FAILED;
      case BUSY -> BUSY;
      case COMPLETED_WITH_QUARANTINE, HELD_BY_QUARANTINE, ROLLED_BACK_WITH_CONFLICTS ->
          DONE_WITH_ROWS_LEFT;
      case FAILED_AND_ROLLED_BACK -> ROLLED_BACK;
    };
  }
}
