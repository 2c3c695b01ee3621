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
    boolean changed = ChangedMigration.is(entry, migration);
    return switch (entry.state()) {
      case COMPLETED, CLEANED ->
          changed ? changed(migration, acceptChanges, lock, entry) : nothing(entry);
      case PENDING, ROLLED_BACK -> nothing(entry);
      case RUNNING, PAUSED, DIRTY, STOPPED, FAILED, ROLLING_BACK, CLEANING -> {
        if (changed && acceptChanges) {
          accept(migration, lock, entry);
        }
        yield unfinished(migration, changed && !acceptChanges, lock, entry);
      }
    };
  }

  private static RunResult nothing(LedgerEntry entry) {
    return RunResult.of(
        entry.id(),
        Outcome.ALREADY_COMPLETED,
        "%s: %s, nothing to repair".formatted(entry.id(), entry.state().label()));
  }

  private void accept(Migration migration, RunnerLock lock, LedgerEntry entry) {
    settlement
        .ledger()
        .accepted(
            lock.epoch(),
            migration,
            "its files were accepted instead of those of checksum " + entry.checksum());
  }

  private RunResult changed(
      Migration migration, boolean acceptChanges, RunnerLock lock, LedgerEntry entry) {
    ChangedMigration changed = new ChangedMigration(entry, migration);
    if (!acceptChanges) {
      return RunResult.of(entry.id(), Outcome.REFUSED, changed.toString());
    }
    accept(migration, lock, entry);
    if (entry.state() == RunState.COMPLETED) {
      Force.assumeApplied(migration, scripts);
    }
    return RunResult.of(entry.id(), Outcome.COMPLETED, changed.whenAccepted());
  }

  private RunResult unfinished(
      Migration migration, boolean changed, RunnerLock lock, LedgerEntry entry) {
    List<String> lines = new ArrayList<>();
    lines.add("%s: was %s".formatted(entry.id(), entry.state().label()) + settled(lock, entry));
    if (entry.failure() != null) {
      lines.add("  it ended with: " + entry.failure());
    }
    migration.scripts().values().forEach(script -> lines.addAll(found(entry.id(), script)));
    if (changed) {
      lines.add(
          "  its files are others now: 'repair %s --accept-changes' lets a rollback go by them"
              .formatted(entry.id()));
    }
    lines.add("  the ways on: " + waysOn(entry));
    return RunResult.of(entry.id(), Outcome.COMPLETED, String.join("\n", lines));
  }

  /** The lock is ours, so nobody runs it: what says that somebody does died. */
  private String settled(RunnerLock lock, LedgerEntry entry) {
    return switch (entry.state()) {
      case RUNNING, PAUSED, DIRTY -> {
        settlement
            .ledger()
            .repaired(
                lock.epoch(), RunState.FAILED, "was %s, examined".formatted(entry.state().label()));
        yield ", and is failed now: 'run %s' or 'up' goes on behind what is applied"
            .formatted(entry.id());
      }
      case PENDING, STOPPED, FAILED, COMPLETED, ROLLING_BACK, ROLLED_BACK, CLEANING, CLEANED -> "";
    };
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
    if (entry.state() == RunState.CLEANING) {
      return "correct what stopped it and 'cleanup %s --confirm %s' again; or, if nothing was dropped, 'force %s completed'"
          .formatted(id, id, id);
    }
    return entry.state() == RunState.ROLLING_BACK
        ? "correct what stopped it and 'rollback %s' again; or settle it by hand and 'force %s rolled_back', with --discard-journal if old values are left"
            .formatted(id, id)
        : "correct what stopped it and 'run %s' again; or 'rollback %s'; or settle it by hand and 'force %s completed' or 'force %s pending'"
            .formatted(id, id, id, id);
  }
}
