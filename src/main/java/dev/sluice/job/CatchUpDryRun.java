package dev.sluice.job;

import dev.sluice.control.CapturedEntries;
import dev.sluice.control.RunState;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import java.util.ArrayList;
import java.util.List;

/** What another run of a completed migration would catch up with. Changes nothing. */
final class CatchUpDryRun {

  private final JobEnvironment environment;
  private final Migration migration;
  private final CapturedEntries entries;

  CatchUpDryRun(JobEnvironment environment, Migration migration) {
    this.environment = environment;
    this.migration = migration;
    this.entries = new CapturedEntries(environment.jdbc());
  }

  /**
   * @param answer of the run itself
   * @return the same, or what a catch-up would do instead
   */
  RunResult after(RunResult answer) {
    boolean isOver =
        answer.outcome() == Outcome.ALREADY_COMPLETED
            || answer.outcome() == Outcome.COMPLETED_WITH_QUARANTINE;
    boolean isAsked = CaptureLogs.isKept(migration);
    if (!isOver || !(isAsked || entries.isKept(migration.id())) || !isCompleted()) {
      return answer;
    }
    List<String> toDo = toDo(isAsked);
    RunResult result = toDo.isEmpty() ? answer : completed(toDo);
    return isAsked ? result : stillCaptured(result);
  }

  /** And not cleaned up, which nothing follows. */
  private boolean isCompleted() {
    return environment
        .ledger()
        .find(migration.id())
        .filter(entry -> entry.state() == RunState.COMPLETED)
        .isPresent();
  }

  private List<String> toDo(boolean isAsked) {
    List<String> toDo = new ArrayList<>();
    long waiting = entries.waiting(migration.id());
    if (waiting > 0) {
      toDo.add("do %s captured changes".formatted(CapturedEntries.text(waiting)));
    }
    if (isAsked && !CaptureLogs.stands(environment.dataSource(), (DataMigration) migration)) {
      toDo.add("put the capture trigger back, which is missing or disabled");
    }
    return toDo;
  }

  private RunResult completed(List<String> toDo) {
    return RunResult.of(
        migration.id(),
        Outcome.COMPLETED,
        "%s: completed, a run would %s".formatted(migration.id(), String.join(", and ", toDo)));
  }

  private RunResult stillCaptured(RunResult result) {
    return RunResult.of(
        migration.id(),
        result.outcome(),
        result.message()
            + "\n  its definition no longer says 'sync: capture': what the application changes is"
            + " noted until 'cleanup' or 'rollback' all the same, and 'run' does it");
  }
}
