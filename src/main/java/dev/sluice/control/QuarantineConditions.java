package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.TableKey;
import dev.sluice.sync.CaptureTable;

/** Conditions over other tables that leave out the rows which a run has set aside. */
public record QuarantineConditions(MigrationId id, long run) {

  /**
   * The condition that a row of the table is not set aside; free of parameters, over the table's
   * own name.
   *
   * <p>A scalar sub-select, because that is an index probe a row, always: NOT EXISTS may become a
   * join, and NOT IN reads the whole list for each row once it outgrows {@code work_mem}. With a
   * collation, because key columns may have others than the list's index.
   */
  public String excludes(TableKey key) {
    return "(SELECT TRUE FROM sluice.quarantine AS _kq WHERE _kq.migration_id = '%s' AND _kq.run = %d AND _kq.key = ARRAY[%s] COLLATE \"default\") IS NULL"
        .formatted(
            id.value(),
            run,
            Quarantine.each(key, i -> "CAST(%s AS text)".formatted(key.column(i))));
  }

  /**
   * The condition that an entry of a capture log is to be done: that its row is not set aside, or
   * has been captured again since. Free of parameters, over the log's own name; an index probe an
   * entry.
   */
  public String excludesEntries(CaptureTable log) {
    String entry = log.name().name().quoted();
    return "(SELECT TRUE FROM sluice.quarantine AS _kq WHERE _kq.migration_id = '%s' AND _kq.run = %d AND _kq.key = ARRAY[%s] COLLATE \"default\" AND _kq.captured_through >= %s.%s) IS NULL"
        .formatted(
            id.value(),
            run,
            log.each(", ", name -> "CAST(%s.%s AS text)".formatted(entry, name)),
            entry,
            CaptureTable.SEQ);
  }
}
