package dev.sluice.validation;

import dev.sluice.control.CapturedEntries;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.CaptureTable;
import dev.sluice.postgres.TableKey;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Rows that the application has changed and whose turn has not come: stale on purpose, and no wrong
 * ones.
 */
final class CapturedRows {

  private CapturedRows() {}

  /** The condition that a row of the table is none of them; TRUE where nothing is captured. */
  static String areNot(Evidence evidence) {
    MigrationId id = evidence.migration().id();
    boolean kept = evidence.inspection().read(jdbc -> new CapturedEntries(jdbc).isKept(id));
    TableKey key = evidence.walk().windows().key();
    return kept ? CaptureTable.of(id, key).notWaiting() : "TRUE";
  }

  /** What the certificate says of them; empty: nothing is captured. */
  static List<Certificate.Result> result(Evidence evidence) {
    MigrationId id = evidence.migration().id();
    return evidence.inspection().read(jdbc -> result(jdbc, id));
  }

  private static List<Certificate.Result> result(JdbcOperations jdbc, MigrationId id) {
    CapturedEntries entries = new CapturedEntries(jdbc);
    if (!entries.isKept(id)) {
      return List.of();
    }
    long waiting = entries.waiting(id);
    String detail =
        waiting == 0
            ? "no change of the application waits to be done"
            : "%s changes of the application wait to be done, their rows are not compared; 'run %s' does them"
                .formatted(CapturedEntries.text(waiting), id);
    return List.of(new Certificate.Result("captured", true, detail));
  }
}
