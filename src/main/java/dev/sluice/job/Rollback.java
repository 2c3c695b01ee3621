package dev.sluice.job;

import dev.sluice.control.UndoMethod;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.schema.SyncRemains;
import dev.sluice.schema.UndoJournal;
import dev.sluice.validation.RefusedException;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/** What the steps of a rollback do beside the rows. Each may run again from any point. */
final class Rollback {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final RunUndo undo;
  private final RollbackChecks checks;
  private final ScriptRunner scripts;
  private final Waiter waiter;

  Rollback(
      DataSource dataSource,
      DataMigration migration,
      RunUndo undo,
      RollbackChecks checks,
      ScriptRunner scripts,
      Waiter waiter) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.undo = undo;
    this.checks = checks;
    this.scripts = scripts;
    this.waiter = waiter;
  }

  void preflight() {
    require(checks.ofTheRun(true));
  }

  /** Runs the script, if it has something to take back. */
  void takeBack(Script.Kind down) {
    undo.toRun(down).ifPresent(script -> scripts.run(migration.id(), script));
  }

  /**
   * What the application writes from here on stays as it writes it, and what goes next does not
   * stand below a trigger of ours. New rows are no longer noted as born: none is changed any more.
   */
  void unsync() {
    new SyncRemains(dataSource, waiter, ScriptSettings.DEFAULT, migration.id()).dropNow();
    CaptureLogs.remains(dataSource, migration.id(), waiter).drop();
    journal().ifPresent(UndoJournal::stopNotingBornRows);
  }

  /** Refuses old values that the table no longer takes, before the first row goes back. */
  void preflightRestore() {
    require(checks.ofOldValues());
  }

  /**
   * Refuses to drop what the application wrote.
   *
   * @param discardChanges whether it may go
   */
  void verify(boolean discardChanges) {
    if (!discardChanges) {
      require(checks.ofDroppedValues());
    }
  }

  private void require(List<String> refusals) {
    if (!refusals.isEmpty()) {
      throw new RefusedException(migration.id(), refusals);
    }
  }

  /** Takes the added columns back, and the journal last: until here nothing is lost. */
  void finish() {
    Optional<UndoJournal> journal = journal();
    journal.ifPresent(UndoJournal::dropTriggers);
    takeBack(Script.Kind.EXPAND_DOWN);
    undo.forgetSetAside();
    undo.noteRestored();
    journal.ifPresent(UndoJournal::drop);
  }

  /** Also that of an expand that was not over: nobody knows how far it came. */
  private Optional<UndoJournal> journal() {
    UndoMethod method = undo.method();
    return method == null || method == UndoMethod.JOURNAL
        ? Optional.of(UndoJournals.of(dataSource, migration, waiter))
        : Optional.empty();
  }
}
