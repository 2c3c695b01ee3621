package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowLocks;

/** A row that another session holds. */
record LockedRow(Key key, RowLocks.Holder holder) {

  @Override
  public String toString() {
    return "key=%s locked by pid=%d application='%s' since=%s"
        .formatted(key, holder.pid(), holder.application(), holder.since());
  }
}
