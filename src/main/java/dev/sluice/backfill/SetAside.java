package dev.sluice.backfill;

import dev.sluice.control.Quarantine;
import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.TableKey;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets rows aside that fail for a reason of their own, up to {@code skip}.
 *
 * @param key of the table that is written
 * @param log of captured keys, whatever the definition says by now; null: there is none
 */
record SetAside(
    Quarantine quarantine, DataMigration migration, TableKey key, @Nullable CaptureTable log) {

  /**
   * Notes the rows in the transaction of the caller. The count is exact with any number of workers:
   * one transaction at a time adds.
   *
   * @throws QuarantineFullException if these are too many; then nothing of the transaction may stay
   */
  void add(List<Quarantine.Found> rows) {
    quarantine.lock();
    quarantine.add(key, rows, log);
    long count = quarantine.count();
    if (count > max()) {
      throw new QuarantineFullException(
          migration, count, quarantine.newest(QuarantineFullException.ROWS_SHOWN));
    }
  }

  int max() {
    return migration.tuning().skip();
  }
}
