package dev.sluice.job;

import dev.sluice.migration.MigrationId;
import org.jspecify.annotations.Nullable;

/**
 * The end of a launch.
 *
 * @param message for the operator: what happened, and what to do if it did not succeed
 * @param bug null, or an error that no operator can do anything about
 */
public record RunResult(MigrationId id, Outcome outcome, String message, @Nullable Throwable bug) {

  /** The first line of the message, for the ledger; null if it did not fail. */
  @Nullable String failure() {
    return switch (outcome) {
      case COMPLETED,
          COMPLETED_WITH_QUARANTINE,
          HELD_BY_QUARANTINE,
          ALREADY_COMPLETED,
          STOPPED,
          ROLLED_BACK,
          ROLLED_BACK_WITH_CONFLICTS,
          FAILED_AND_ROLLED_BACK ->
          null;
      case REFUSED, FAILED, HALF_APPLIED, VERIFICATION_FAILED, BUSY ->
          message.lines().findFirst().orElse("");
    };
  }

  public static RunResult of(MigrationId id, Outcome outcome, String message) {
    return new RunResult(id, outcome, message, null);
  }
}
