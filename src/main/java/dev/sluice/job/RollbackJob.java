package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.Migration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the jobs that take a run back have alike.
 *
 * <p>Until one is over the ledger says rolling_back, however a launch ended: nothing else may run.
 */
abstract class RollbackJob implements MigrationJob {

  private final Dependencies dependencies;

  RollbackJob(JobEnvironment environment) {
    this.dependencies = new Dependencies(environment.ledger());
  }

  @Override
  public final String name() {
    return migration().id() + ".rollback";
  }

  @Override
  public final Optional<RunResult> withoutLaunch(LedgerEntry entry) {
    Migration migration = migration();
    return switch (entry.state()) {
      case PENDING -> refused("was never run, there is nothing to take back.");
      case ROLLED_BACK ->
          Optional.of(
              RunResult.of(
                  migration.id(),
                  Outcome.ALREADY_COMPLETED,
                  "%s: was rolled back at %s, nothing to do"
                      .formatted(migration.id(), entry.endedAt())));
      case CLEANING ->
          refused(
              ("its cleanup has begun, and may have dropped its old side. End that with 'cleanup %1$s"
                      + " --confirm %1$s'; or, if nothing was dropped, 'force %1$s completed'.")
                  .formatted(migration.id()));
      case CLEANED ->
          refused("its old side was dropped by 'cleanup', nothing is left to go back to.");
      case RUNNING, PAUSED, STOPPED, FAILED, DIRTY, COMPLETED, ROLLING_BACK ->
          ChangedMigration.is(entry, migration)
              ? refused(new ChangedMigration(entry, migration).whenTakenBack())
              : refusedByPreflight(entry);
    };
  }

  @Override
  public final Optional<String> heldByOthers() {
    return dependencies.standing(migration());
  }

  /** Before the ledger says rolling_back: a refusal leaves the run as it was. */
  private Optional<RunResult> refusedByPreflight(LedgerEntry entry) {
    List<String> refusals = new ArrayList<>(refusals(entry));
    heldByOthers().ifPresent(refusals::add);
    return refusals.isEmpty()
        ? Optional.empty()
        : Optional.of(
            RunResult.of(
                migration().id(),
                Outcome.REFUSED,
                refusals.stream()
                    .map(refusal -> migration().id() + ": " + refusal)
                    .collect(Collectors.joining("\n"))));
  }

  /** What speaks against it before its first change; empty: nothing. Without the id before it. */
  abstract List<String> refusals(LedgerEntry entry);

  /** What it would do, one line each, where nothing speaks against it. Changes nothing. */
  abstract List<String> forecast(LedgerEntry entry);

  private Optional<RunResult> refused(String why) {
    return Optional.of(
        RunResult.of(migration().id(), Outcome.REFUSED, migration().id() + ": " + why));
  }

  @Override
  public final RunState running() {
    return RunState.ROLLING_BACK;
  }

  @Override
  public final RunState ended(Outcome outcome) {
    return switch (outcome) {
      case ROLLED_BACK, ROLLED_BACK_WITH_CONFLICTS -> RunState.ROLLED_BACK;
      case STOPPED, REFUSED, FAILED, HALF_APPLIED, VERIFICATION_FAILED, BUSY ->
          RunState.ROLLING_BACK;
      case COMPLETED,
          COMPLETED_WITH_QUARANTINE,
          HELD_BY_QUARANTINE,
          ALREADY_COMPLETED,
          FAILED_AND_ROLLED_BACK ->
          throw new IllegalStateException("a rollback does not end as " + outcome);
    };
  }

  @Override
  public final RunState failedForNow(Exception failure) {
    return RunState.ROLLING_BACK;
  }
}
