package dev.sluice.job;

import dev.sluice.migration.MigrationId;

/** What is said of rows in quarantine. */
final class QuarantineLines {

  private QuarantineLines() {}

  /** {@code 3 rows in quarantine: 'quarantine ID' lists them, …}. */
  static String waysOn(MigrationId id, long rows) {
    return "%,d rows in quarantine: 'quarantine %s' lists them, 'quarantine %2$s --retry' tries them again"
        .formatted(rows, id);
  }
}
