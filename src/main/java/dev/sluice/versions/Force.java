package dev.sluice.versions;

import dev.sluice.control.CapturedEntries;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.control.RunnerLock;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.CaptureLog;
import dev.sluice.schema.JournalRemains;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.schema.SyncRemains;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Sets a migration's state without running anything, because an operator knows what is there.
 *
 * <p>What is remembered of its SQL files follows: of an applied one all statements count as done,
 * so that it can be taken back; of one that is pending or rolled back none, so that it begins anew.
 * What keeps both shapes alike ends where there are no longer two: triggers of ours first, which
 * write to the journal from inside the application's statements.
 */
final class Force {

  private final Settlement settlement;
  private final ScriptRunner scripts;
  private final DataSource dataSource;
  private final Waiter waiter;
  private final boolean discardJournal;

  /**
   * @param discardJournal whether old values may be forgotten
   */
  Force(
      Settlement settlement,
      ScriptRunner scripts,
      DataSource dataSource,
      Waiter waiter,
      boolean discardJournal) {
    this.settlement = settlement;
    this.scripts = scripts;
    this.dataSource = dataSource;
    this.waiter = waiter;
    this.discardJournal = discardJournal;
  }

  /**
   * @param state one that {@link RunState#mayBeForced}
   */
  RunResult run(LoadedMigration loaded, RunState state) {
    return settlement.under(loaded, (lock, entry) -> force(loaded.migration(), state, lock, entry));
  }

  private RunResult force(Migration migration, RunState state, RunnerLock lock, LedgerEntry entry) {
    MigrationId id = migration.id();
    boolean same = entry.state() == state && entry.checksum().equals(migration.checksum());
    boolean anew = !state.isBegun();
    boolean over = anew || state == RunState.CLEANED;
    if (same) {
      endSync(over, id); // a force may have been killed before it came so far
      if (anew && discardJournal) {
        discard(id);
      }
      return RunResult.of(
          id, Outcome.ALREADY_COMPLETED, "%s: is %s already".formatted(id, state.label()));
    }
    if (!state.mayBeForcedFrom(entry.state())) {
      return RunResult.of(
          id,
          Outcome.REFUSED,
          "%s: is %s, and cannot go on as %s. What is true of it: completed, rolled_back or pending?"
              .formatted(id, entry.state().label(), state.label()));
    }
    Optional<JournalRemains.Size> journal = anew ? journal(id).size() : Optional.empty();
    if (journal.isPresent() && !discardJournal) {
      return RunResult.of(
          id,
          Outcome.REFUSED,
          ("%1$s: its undo journal %2$s holds old values of about %3$,d rows, and a run that begins"
                  + " anew would take them for its own. Take it back with 'rollback %1$s'; or, if they"
                  + " are of no use any more, 'force %1$s %4$s --discard-journal'.")
              .formatted(id, journal.get().table(), journal.get().rowsEstimated(), state.label()));
    }
    String note = "was %s, forced by an operator".formatted(entry.state().label());
    Runnable set = () -> settlement.ledger().force(lock.epoch(), state, migration, note);
    if (anew || state.isOver()) {
      settlement.over(lock, set);
    } else {
      set.run();
    }
    endSync(over, id);
    if (anew) {
      discard(id);
      scripts.forget(id);
    } else if (state.isApplied()) {
      assumeApplied(migration, scripts);
    }
    return RunResult.of(
        id,
        Outcome.COMPLETED,
        "%s: was %s, is %s now; nothing of it was run"
            .formatted(id, entry.state().label(), state.label()));
  }

  /** The files that a run would have run. */
  static void assumeApplied(Migration migration, ScriptRunner scripts) {
    migration.scripts().values().stream()
        .filter(script -> !script.kind().isDown() && script.kind() != Script.Kind.CLEANUP_UP)
        .forEach(script -> scripts.assumeApplied(migration.id(), script));
  }

  /** Each takes ACCESS EXCLUSIVE on the table for milliseconds, only where there is a trigger. */
  private void endSync(boolean over, MigrationId id) {
    if (!over) {
      return;
    }
    new SyncRemains(dataSource, waiter, ScriptSettings.DEFAULT, id).dropNow();
    if (new CapturedEntries(new JdbcTemplate(dataSource)).isKept(id)) {
      new CaptureLog(dataSource, waiter, ScriptSettings.DEFAULT, id).drop();
    }
  }

  private JournalRemains journal(MigrationId id) {
    return new JournalRemains(dataSource, waiter, ScriptSettings.DEFAULT, id);
  }

  private void discard(MigrationId id) {
    journal(id).stopNotingBornRows();
    journal(id).drop();
  }
}
