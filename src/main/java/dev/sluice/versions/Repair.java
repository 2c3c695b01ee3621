package dev.sluice.versions;

import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.control.RunnerLock;
import dev.sluice.job.ChangedMigration;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptState;
import java.util.ArrayList;
import java.util.List;

/**
 * Examines a migration that did not end well, says what of it is there, and makes it ready to go
 * on. Runs none of its statements.
 */
final class Repair {

  private final Settlement settlement;
  private final ScriptRunner scripts;

  Repair(Settlement settlement, ScriptRunner scripts) {
    this.settlement = settlement;
    this.scripts = scripts;
  }

  /**
   * @param acceptChanges whether files that have changed since they were applied are taken for
   *     those that ran
   */
  RunResult run(LoadedMigration loaded, boolean acceptChanges) {
    return settlement.under(
        loaded, (lock, entry) -> repair(loaded.migration(), acceptChanges, lock, entry));
  }

  private RunResult repair(
      Migration migration, boolean acceptChanges, RunnerLock lock, LedgerEntry entry) {
    if (entry.state().isApplied()) {
      return ChangedMigration.is(entry, migration)
          ? changed(migration, acceptChanges, lock, entry)
          : RunResult.of(
              entry.id(),
              Outcome.ALREADY_COMPLETED,
              "%s: %s, nothing to repair".formatted(entry.id(), entry.state().label()));
    }
    return switch (entry.state()) {
      case PENDING, ROLLED_BACK ->
          RunResult.of(
              entry.id(),
              Outcome.ALREADY_COMPLETED,
              "%s: %s, nothing to repair".formatted(entry.id(), entry.state().label()));
      // the lock is ours, so nobody runs it: what says so died
      case RUNNING, PAUSED, DIRTY -> settled(migration, lock, entry);
      case STOPPED, FAILED, ROLLING_BACK -> examined(migration, entry, "");
      case COMPLETED, CLEANING, CLEANED -> throw new IllegalStateException(entry.toString());
    };
  }

  private RunResult changed(
      Migration migration, boolean acceptChanges, RunnerLock lock, LedgerEntry entry) {
    ChangedMigration changed = new ChangedMigration(entry, migration);
    if (!acceptChanges) {
      return RunResult.of(entry.id(), Outcome.REFUSED, changed.toString());
    }
    settlement
        .ledger()
        .accepted(
            lock.epoch(),
            migration.checksum(),
            "its files were accepted instead of those of checksum " + entry.checksum());
    if (entry.state() == RunState.COMPLETED) {
      Force.assumeApplied(migration, scripts);
    }
    return RunResult.of(entry.id(), Outcome.COMPLETED, changed.whenAccepted());
  }

  private RunResult settled(Migration migration, RunnerLock lock, LedgerEntry entry) {
    settlement
        .ledger()
        .repaired(
            lock.epoch(), RunState.FAILED, "was %s, examined".formatted(entry.state().label()));
    return examined(
        migration,
        entry,
        ", and is failed now: 'run %s' or 'up' goes on behind what is applied"
            .formatted(entry.id()));
  }

  private RunResult examined(Migration migration, LedgerEntry entry, String now) {
    List<String> lines = new ArrayList<>();
    lines.add("%s: was %s%s".formatted(entry.id(), entry.state().label(), now));
    if (entry.failure() != null) {
      lines.add("  it ended with: " + entry.failure());
    }
    migration.scripts().values().forEach(script -> lines.addAll(found(entry.id(), script)));
    lines.add("  the ways on: " + waysOn(entry));
    return RunResult.of(entry.id(), Outcome.COMPLETED, String.join("\n", lines));
  }

  private List<String> found(MigrationId id, Script script) {
    ScriptState state = scripts.state(id, script);
    List<String> lines = new ArrayList<>();
    if (state.completed() || state.isHalfApplied()) {
      lines.add(
          "  %s: %d of %d statements are applied%s"
              .formatted(
                  script.file(),
                  state.applied().size(),
                  state.total(),
                  state.applied().isEmpty() ? "" : ":"));
      state
          .applied()
          .forEach(done -> lines.add("    line %d: %s".formatted(done.line(), done.summary())));
    }
    if (state.attempting() != null) {
      lines.add(
          "    line %d: %s: may have happened, or a part of it; the next launch looks first"
              .formatted(state.attempting().line(), state.attempting().summary()));
    }
    if (state.changed()) {
      lines.add("    they read differently now: put them back as they were");
    }
    state
        .invalidIndexes()
        .forEach(
            index ->
                lines.add(
                    "    index %s is invalid, left by a failed attempt; the next launch replaces it"
                        .formatted(index)));
    return lines;
  }

  private static String waysOn(LedgerEntry entry) {
    MigrationId id = entry.id();
    return entry.state() == RunState.ROLLING_BACK
        ? "correct what stopped it and 'rollback %s' again; or settle it by hand and 'force %s rolled_back'"
            .formatted(id, id)
        : "correct what stopped it and 'run %s' again; or 'rollback %s'; or settle it by hand and 'force %s completed' or 'force %s pending'"
            .formatted(id, id, id, id);
  }
}
