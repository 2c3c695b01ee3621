package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;
import java.time.Duration;

/** A lock of another session outlasted a bounded wait. Another launch would only wait again. */
public final class RowStaysLockedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param holder who holds the row, for the operator
   */
  public RowStaysLockedException(
      DataMigration migration, String holder, Duration waited, Exception cause) {
    super(
        "%s: a row of %s stayed locked for %d minutes, %s. End that session, and run again."
            .formatted(migration.id(), migration.table(), waited.toMinutes(), holder),
        cause);
  }
}
