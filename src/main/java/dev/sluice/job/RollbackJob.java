package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.core.task.TaskExecutor;

/**
 * The job that takes a run back: constraints first, then the rows, the added columns last.
 *
 * <p>Until it is over the ledger says rolling_back, however a launch ended: nothing else may run.
 */
final class RollbackJob implements MigrationJob {

  private final JobEnvironment environment;
  private final DataMigration migration;
  private final boolean discardChanges;

  /**
   * @param discardChanges whether values that the application wrote may go with their columns
   */
  RollbackJob(JobEnvironment environment, DataMigration migration, boolean discardChanges) {
    this.environment = environment;
    this.migration = migration;
    this.discardChanges = discardChanges;
  }

  @Override
  public DataMigration migration() {
    return migration;
  }

  @Override
  public String name() {
    return migration.id() + ".rollback";
  }

  @Override
  public Optional<RunResult> withoutLaunch(LedgerEntry entry) {
    if (entry.state() == RunState.PENDING) {
      return refused("was never run, there is nothing to take back.");
    }
    if (entry.state() == RunState.ROLLED_BACK) {
      return Optional.of(
          RunResult.of(
              migration.id(),
              Outcome.ALREADY_COMPLETED,
              "%s: was rolled back at %s, nothing to do"
                  .formatted(migration.id(), entry.endedAt())));
    }
    if (entry.state() == RunState.CLEANING || entry.state() == RunState.CLEANED) {
      return refused("its old side was dropped by 'cleanup', nothing is left to go back to.");
    }
    if (!entry.checksum().equals(migration.checksum())) {
      return refused(
          "its files are not those that the run used (checksum %s, now %s). Put them back, and roll back by those."
              .formatted(
                  MigrationJob.shortened(entry.checksum()),
                  MigrationJob.shortened(migration.checksum())));
    }
    if (migration.undo() instanceof Undo.None none) {
      return refused("cannot be taken back: %s".formatted(none.reason()));
    }
    if (entry.state() != RunState.ROLLING_BACK) {
      return refusedByPreflight(entry);
    }
    return Optional.empty();
  }

  /** Before the ledger says rolling_back: a refusal leaves the run as it was. */
  private Optional<RunResult> refusedByPreflight(LedgerEntry entry) {
    List<String> refusals = rollback(entry.run(), duration -> {}).refusals();
    return refusals.isEmpty()
        ? Optional.empty()
        : Optional.of(
            RunResult.of(
                migration.id(),
                Outcome.REFUSED,
                refusals.stream()
                    .map(refusal -> migration.id() + ": " + refusal)
                    .collect(Collectors.joining("\n"))));
  }

  private Rollback rollback(long run, Waiter waiter) {
    return new Rollback(
        environment.dataSource(),
        migration,
        run,
        new ScriptRunner(environment.dataSource(), waiter, ScriptSettings.DEFAULT),
        waiter,
        discardChanges);
  }

  private Optional<RunResult> refused(String why) {
    return Optional.of(RunResult.of(migration.id(), Outcome.REFUSED, migration.id() + ": " + why));
  }

  @Override
  public RunState running() {
    return RunState.ROLLING_BACK;
  }

  @Override
  public RunState ended(Outcome outcome) {
    return switch (outcome) {
      case ROLLED_BACK, ROLLED_BACK_WITH_CONFLICTS -> RunState.ROLLED_BACK;
      case STOPPED, REFUSED, FAILED, VERIFICATION_FAILED, BUSY -> RunState.ROLLING_BACK;
      case COMPLETED, ALREADY_COMPLETED, FAILED_AND_ROLLED_BACK ->
          throw new IllegalStateException("a rollback does not end as " + outcome);
    };
  }

  @Override
  public RunState failedForNow() {
    return RunState.ROLLING_BACK;
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    return new RollbackSummary(environment.dataSource()).completed(migration);
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    Rollback rollback = rollback(launch.run(), launch.waiter());
    JobSteps steps = new JobSteps(environment, launch, workers);
    SimpleJobBuilder job =
        new JobBuilder(name(), environment.jobRepository())
            .start(steps.action(StepName.PREFLIGHT, rollback::preflight).atEachLaunch())
            .next(
                steps.action(
                    StepName.CONSTRAIN_DOWN,
                    () -> {
                      rollback.unsync();
                      rollback.takeBack(Script.Kind.CONSTRAIN_UP, Script.Kind.CONSTRAIN_DOWN);
                    }));
    if (rollback.restoresRows()) {
      Backfill backfill = Backfill.back(steps.backfillEnvironment(), migration, steps.runContext());
      job.next(steps.action(StepName.PREFLIGHT_RESTORE, rollback::preflightRestore).atEachLaunch())
          .next(steps.partitioned(StepName.RESTORE, backfill, migration.tuning().workers()))
          .next(backfill.sweepStep(StepName.RESTORE_SWEEP.label()));
    }
    return job.next(steps.action(StepName.VERIFY_RESTORED, rollback::verify).atEachLaunch())
        .next(steps.action(StepName.EXPAND_DOWN, rollback::finish))
        .build();
  }
}
