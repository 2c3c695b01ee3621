package dev.sluice.backfill;

import dev.sluice.control.QuarantinedRow;
import dev.sluice.migration.DataMigration;
import java.util.List;
import java.util.stream.Collectors;

/** More rows fail for themselves than are to be set aside. Comes again: not retried. */
public final class QuarantineFullException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  static final int ROWS_SHOWN = 20;

  /**
   * @param count those that are set aside, and those that just failed
   * @param rows some of them
   */
  QuarantineFullException(DataMigration migration, long count, List<QuarantinedRow> rows) {
    super(
        ("%s: %d rows of %s fail for a reason of their own, 'skip: %d' sets no more than %4$d aside."
                + " Correct the rows, or exclude them in where:, or raise skip; then run it again to"
                + " go on.\n%s%s")
            .formatted(
                migration.id(),
                count,
                migration.table(),
                migration.tuning().skip(),
                rows.stream().map(row -> "  " + row.text()).collect(Collectors.joining("\n")),
                count > rows.size() ? "\n  …" : ""));
  }
}
