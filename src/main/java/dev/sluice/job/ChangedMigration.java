package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.Migration;

/**
 * A migration whose files are not those that the ledger knows.
 *
 * @param entry the ledger's row, with the checksum of what ran
 * @param migration the files as they are now
 */
public record ChangedMigration(LedgerEntry entry, Migration migration) {

  public static boolean is(LedgerEntry entry, Migration migration) {
    return !entry.checksum().equals(migration.checksum());
  }

  /** For an operator who wants to go on. */
  @Override
  public String toString() {
    return migration.id() + ": " + whenApplied();
  }

  /** When an operator has taken the new files for those that ran. */
  public String whenAccepted() {
    return "%s: its files are accepted as they are now (checksum was %s, is %s)"
        .formatted(migration.id(), shortened(entry.checksum()), shortened(migration.checksum()));
  }

  /** Without the id before it. */
  String whenApplied() {
    return ("was %s at %s with other files (checksum %s, now %s), and what they did stays done."
            + " Put the files back, and make a new migration for the change; or, if both do the"
            + " same, take the new ones as they are: 'repair %s --accept-changes'.")
        .formatted(
            entry.state().label(),
            entry.endedAt(),
            shortened(entry.checksum()),
            shortened(migration.checksum()),
            migration.id());
  }

  /** Without the id before it. */
  String whenTakenBack() {
    return ("its files are not those that the run used (checksum %s, now %s). Put them back, and roll back"
            + " by those; or, if only what takes it back was corrected, 'repair %s --accept-changes'.")
        .formatted(shortened(entry.checksum()), shortened(migration.checksum()), migration.id());
  }

  private static String shortened(String checksum) {
    return checksum.substring(0, Math.min(12, checksum.length()));
  }
}
