package dev.sluice.job;

import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.CaptureLog;
import dev.sluice.schema.JournalRemains;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.schema.SyncRemains;
import dev.sluice.validation.RefusedException;
import java.util.List;
import javax.sql.DataSource;

/** What the steps of a cleanup do. Each may run again from any point. */
final class Cleanup {

  private final Migration migration;
  private final ScriptRunner scripts;
  private final JournalRemains journal;
  private final SyncRemains sync;
  private final CaptureLog captured;

  Cleanup(DataSource dataSource, Migration migration, Waiter waiter) {
    this.migration = migration;
    this.scripts = new ScriptRunner(dataSource, waiter, ScriptSettings.DEFAULT);
    this.journal = new JournalRemains(dataSource, waiter, ScriptSettings.DEFAULT, migration.id());
    this.sync = new SyncRemains(dataSource, waiter, ScriptSettings.DEFAULT, migration.id());
    this.captured = CaptureLogs.remains(dataSource, migration.id(), waiter);
  }

  /**
   * First our own triggers, which may stand on what the script drops. They only note new rows for a
   * rollback: nothing is lost if the process dies between the two.
   *
   * <p>The sync trigger goes in one transaction with what the script drops: as long as the old side
   * is there, what the application writes there reaches the new one, and no statement of the
   * application meets a trigger that reads a column that is gone.
   *
   * <p>The trigger that captures goes with its log, if no change waits there once it is gone.
   *
   * @throws RefusedException if one does; nothing was dropped
   */
  void dropOldSide() {
    if (!captured.dropIfEmpty()) {
      throw new RefusedException(
          migration.id(),
          List.of(
              ("the application has changed rows on the old side just now, and the new one is stale"
                      + " there. Nothing was dropped. 'force %1$s completed', then 'run %1$s', and"
                      + " clean up again once only the new side is written.")
                  .formatted(migration.id())));
    }
    journal.stopNotingBornRows();
    migration
        .script(Script.Kind.CLEANUP_UP)
        .ifPresent(script -> scripts.run(migration.id(), script, List.of(sync.drop())));
    sync.dropNow(); // nothing, but where there is no script
  }

  /** The last step: until the script is through, the old values are still there for a person. */
  void dropJournal() {
    journal.drop();
  }
}
