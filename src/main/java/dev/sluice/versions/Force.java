package dev.sluice.versions;

import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.control.RunnerLock;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.JournalTable;
import dev.sluice.schema.ScriptRunner;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Sets a migration's state without running anything, because an operator knows what is there.
 *
 * <p>What is remembered of its SQL files follows: of an applied one all statements count as done,
 * so that it can be taken back; of one that is pending or rolled back none, so that it begins anew.
 */
final class Force {

  private final Settlement settlement;
  private final ScriptRunner scripts;
  private final DataSource dataSource;

  Force(Settlement settlement, ScriptRunner scripts, DataSource dataSource) {
    this.settlement = settlement;
    this.scripts = scripts;
    this.dataSource = dataSource;
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
    if (same) {
      return RunResult.of(
          id, Outcome.ALREADY_COMPLETED, "%s: is %s already".formatted(id, state.label()));
    }
    boolean anew = !state.isBegun();
    if (anew && migration instanceof DataMigration data && hasJournal(data)) {
      return RunResult.of(
          id,
          Outcome.REFUSED,
          ("%s: its undo journal %s holds old values, and a run that begins anew would take them"
                  + " for its own. Take it back with 'rollback %s'.")
              .formatted(id, JournalTable.nameOf(id), id));
    }
    String note = "was %s, forced by an operator".formatted(entry.state().label());
    settlement.ledger().force(lock.epoch(), state, migration.checksum(), note);
    if (anew) {
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

  private boolean hasJournal(DataMigration migration) {
    return new Catalog(new JdbcTemplate(dataSource))
        .find(JournalTable.nameOf(migration.id()))
        .isPresent();
  }
}
