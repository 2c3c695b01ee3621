package dev.sluice.versions;

import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.job.LoadedMigration;
import dev.sluice.migration.MigrationId;
import org.jspecify.annotations.Nullable;

/**
 * A migration as its files and the ledger know it.
 *
 * @param files null: the ledger knows it, and there are no files of it here
 * @param entry null: it was never run here
 */
public record Version(
    MigrationId id, @Nullable LoadedMigration files, @Nullable LedgerEntry entry) {

  public RunState state() {
    return entry == null ? RunState.PENDING : entry.state();
  }

  public boolean isApplied() {
    return state().isApplied();
  }

  /** Not applied, and there are files to apply it by. */
  boolean mayBeApplied() {
    return !isApplied() && files != null;
  }

  /** Begun and not at its end, in whichever direction. */
  public boolean isUnfinished() {
    return (state().isBegun() && !state().isApplied()) || state() == RunState.CLEANING;
  }

  /** Whether it is applied from other files than those that are here. */
  boolean hasChanged() {
    return isApplied()
        && files != null
        && entry != null
        && !entry.checksum().equals(files.migration().checksum());
  }
}
