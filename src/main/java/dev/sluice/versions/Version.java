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

  /** Begun, and neither applied nor taken back. */
  public boolean isUnfinished() {
    return state().isBegun() && !state().isApplied();
  }

  /** Whether it is applied from other files than those that are here. */
  boolean hasChanged() {
    return isApplied()
        && files != null
        && entry != null
        && !entry.checksum().equals(files.migration().checksum());
  }
}
