package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.Migration;
import dev.sluice.migration.OnFailure;
import java.util.Optional;

/** What the jobs that carry a migration out have alike: when they may start, and what follows. */
abstract class ForwardJob implements MigrationJob {

  private final Dependencies dependencies;

  ForwardJob(JobEnvironment environment) {
    this.dependencies = new Dependencies(environment.ledger());
  }

  @Override
  public final String name() {
    return migration().id().value();
  }

  /** A run that was rolled back is over: the next one is another job instance. */
  @Override
  public final long run(LedgerEntry entry) {
    return entry.state() == RunState.ROLLED_BACK ? entry.run() + 1 : entry.run();
  }

  @Override
  public final Optional<RunResult> withoutLaunch(LedgerEntry entry) {
    Migration migration = migration();
    return switch (entry.state()) {
      case ROLLING_BACK ->
          refused(
              "is being rolled back. End that with 'rollback %s', then run it again."
                  .formatted(migration.id()));
      case CLEANING ->
          refused(
              "is being cleaned up. End that with 'cleanup %1$s --confirm %1$s'."
                  .formatted(migration.id()));
      case COMPLETED, CLEANED ->
          entry.checksum().equals(migration.checksum())
              ? Optional.of(over(entry))
              : refused(new ChangedMigration(entry, migration).whenApplied());
      case PENDING, RUNNING, PAUSED, STOPPED, FAILED, DIRTY, ROLLED_BACK ->
          heldByOthers().flatMap(this::refused);
    };
  }

  @Override
  public final Optional<String> heldByOthers() {
    return dependencies.missing(migration());
  }

  private RunResult over(LedgerEntry entry) {
    long setAside = entry.state() == RunState.COMPLETED ? setAside(entry) : 0;
    String text =
        "%s: %s at %s, nothing to do"
            .formatted(migration().id(), entry.state().label(), entry.endedAt());
    return setAside == 0
        ? RunResult.of(migration().id(), Outcome.ALREADY_COMPLETED, text)
        : RunResult.of(
            migration().id(),
            Outcome.COMPLETED_WITH_QUARANTINE,
            "%s but %s".formatted(text, QuarantineLines.waysOn(migration().id(), setAside)));
  }

  /** How many rows of the run are in quarantine. */
  long setAside(LedgerEntry entry) {
    return 0;
  }

  private Optional<RunResult> refused(String why) {
    return Optional.of(
        RunResult.of(migration().id(), Outcome.REFUSED, migration().id() + ": " + why));
  }

  @Override
  public final RunState running() {
    return RunState.RUNNING;
  }

  @Override
  public final RunState ended(Outcome outcome) {
    boolean failed =
        outcome == Outcome.FAILED
            || outcome == Outcome.VERIFICATION_FAILED
            || outcome == Outcome.HALF_APPLIED;
    // with the failure itself: a kill right after it must not let the run go forward again
    if (failed && migration().onFailure() == OnFailure.ROLLBACK) {
      return RunState.ROLLING_BACK;
    }
    return switch (outcome) {
      case COMPLETED, COMPLETED_WITH_QUARANTINE, ALREADY_COMPLETED -> RunState.COMPLETED;
      case STOPPED, HELD_BY_QUARANTINE -> RunState.STOPPED;
      case FAILED, VERIFICATION_FAILED, REFUSED, BUSY -> RunState.FAILED;
      case HALF_APPLIED -> RunState.DIRTY;
      case ROLLED_BACK, ROLLED_BACK_WITH_CONFLICTS, FAILED_AND_ROLLED_BACK ->
          throw new IllegalStateException("a run does not end as " + outcome);
    };
  }

  @Override
  public final RunState failedForNow(Exception failure) {
    return Failures.isHalfApplied(failure) ? RunState.DIRTY : RunState.FAILED;
  }
}
