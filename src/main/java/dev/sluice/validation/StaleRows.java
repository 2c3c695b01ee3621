package dev.sluice.validation;

import dev.sluice.control.CapturedEntries;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.TableKey;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Rows that the application has changed and whose turn has not come: stale on purpose, and no wrong
 * ones.
 *
 * @param id the migration's
 * @param isKept whether there is a log of them
 * @param waiting changes that wait when the verification begins
 * @param excluded the condition that a row is none of them, over the table's own name, whenever it
 *     is asked: more come meanwhile. TRUE where nothing is captured
 */
record StaleRows(MigrationId id, boolean isKept, long waiting, String excluded) {

  static StaleRows of(JdbcOperations jdbc, MigrationId id, TableKey key) {
    CapturedEntries entries = new CapturedEntries(jdbc);
    return entries.isKept(id)
        ? new StaleRows(id, true, entries.waiting(id), CaptureTable.of(id, key).notWaiting())
        : new StaleRows(id, false, 0, "TRUE");
  }

  /** What the certificate says of them; empty: nothing is captured. */
  List<Certificate.Result> result() {
    if (!isKept) {
      return List.of();
    }
    String detail =
        waiting == 0
            ? "no change of the application waits to be done"
            : "%s changes of the application wait to be done, their rows are not compared; 'run %s' does them"
                .formatted(CapturedEntries.text(waiting), id);
    return List.of(new Certificate.Result("captured", true, detail));
  }
}
