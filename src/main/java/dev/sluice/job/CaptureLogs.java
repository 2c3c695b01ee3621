package dev.sluice.job;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Sync;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.CaptureLog;
import dev.sluice.schema.ScriptSettings;
import java.util.Optional;
import javax.sql.DataSource;

/** Finds the capture log of a migration. */
final class CaptureLogs {

  private CaptureLogs() {}

  /** Empty: the definition has no {@code sync: capture}. */
  static Optional<CaptureLog> of(DataSource dataSource, Migration migration, Waiter waiter) {
    return isKept(migration)
        ? Optional.of(new CaptureLog(dataSource, waiter, ScriptSettings.DEFAULT, migration.id()))
        : Optional.empty();
  }

  /**
   * What may be there of it, whatever the definition says by now: an earlier launch has made it
   * perhaps.
   */
  static CaptureLog remains(DataSource dataSource, MigrationId id, Waiter waiter) {
    return new CaptureLog(dataSource, waiter, ScriptSettings.DEFAULT, id);
  }

  /** Whether each change of the application is captured. Changes nothing. */
  static boolean stands(DataSource dataSource, DataMigration migration) {
    return new CaptureLog(dataSource, duration -> {}, ScriptSettings.DEFAULT, migration.id())
        .stands(migration);
  }

  static boolean isKept(Migration migration) {
    return migration instanceof DataMigration data && data.sync() instanceof Sync.Capture;
  }
}
