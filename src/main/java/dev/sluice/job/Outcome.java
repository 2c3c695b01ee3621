package dev.sluice.job;

/** How a launch ended. */
public enum Outcome {
  /** Every row done and every check passed. */
  COMPLETED,
  /** Every row done but those in quarantine, which wait for a person; every check passed. */
  COMPLETED_WITH_QUARANTINE,
  /** Every row done but those in quarantine, which constrain waits for; the next launch goes on. */
  HELD_BY_QUARANTINE,
  /** It had been completed before; nothing was touched. */
  ALREADY_COMPLETED,
  /** Preflight refused it, before a further change. */
  REFUSED,
  /** An operator stopped it; the next launch goes on. */
  STOPPED,
  /** A step failed; the next launch goes on. */
  FAILED,
  /** An SQL file stopped in its middle, and what it did before stays; the next launch goes on. */
  HALF_APPLIED,
  /** The rows are done, but a check after the run failed. */
  VERIFICATION_FAILED,
  /** Another process runs it. */
  BUSY,
  /** Taken back, every row. */
  ROLLED_BACK,
  /** Taken back, but rows that the application has written since stay as they are. */
  ROLLED_BACK_WITH_CONFLICTS,
  /** It failed and was taken back at once, as {@code on-failure: rollback} asks. */
  FAILED_AND_ROLLED_BACK;

  /** Whether what was launched has nothing left to do; else a later launch goes on with it. */
  boolean isEnd() {
    return switch (this) {
      case COMPLETED,
          COMPLETED_WITH_QUARANTINE,
          ALREADY_COMPLETED,
          ROLLED_BACK,
          ROLLED_BACK_WITH_CONFLICTS,
          FAILED_AND_ROLLED_BACK ->
          true;
      case HELD_BY_QUARANTINE, REFUSED, STOPPED, FAILED, HALF_APPLIED, VERIFICATION_FAILED, BUSY ->
          false;
    };
  }
}
