package dev.sluice.validation;

import dev.sluice.migration.TableName;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import java.time.Duration;

/** A window of one row took longer than a statement of a verification may. Comes again. */
final class WindowOverrunException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WindowOverrunException(TableName table, KeyRange window, Duration statementMax, Exception cause) {
    super(
        ("one row of %s, its key %s, takes longer than %d s: the expression is slow there, or dead"
                + " rows stand before it. Mend the expression or VACUUM the table, and verify"
                + " again")
            .formatted(table, place(window), statementMax.toSeconds()),
        cause);
  }

  private static String place(KeyRange window) {
    Key after = window.after();
    Key through = window.through();
    String start = after == null ? "the first" : "after " + after;
    return through == null ? start : "%s and up to %s".formatted(start, through);
  }
}
