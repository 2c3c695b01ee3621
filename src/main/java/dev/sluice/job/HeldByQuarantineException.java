package dev.sluice.job;

import dev.sluice.migration.MigrationId;

/** Rows are in quarantine, which a constraint would refuse. The run goes on once they are not. */
final class HeldByQuarantineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  HeldByQuarantineException(MigrationId id, long rows) {
    super(
        "%s: all rows are done but %s; constrain.up.sql waits for them. Correct them, or the change; then go on with 'run %1$s'."
            .formatted(id, QuarantineLines.waysOn(id, rows)));
  }
}
