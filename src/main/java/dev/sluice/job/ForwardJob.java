package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.core.task.TaskExecutor;

/** The job that carries a migration out: preflight to verify. */
final class ForwardJob implements MigrationJob {

  private final JobEnvironment environment;
  private final Ledger ledger;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;

  /**
   * @param transformer of a {@code transform:}; null for other changes
   */
  ForwardJob(
      JobEnvironment environment,
      Ledger ledger,
      DataMigration migration,
      @Nullable RowTransformer transformer) {
    this.environment = environment;
    this.ledger = ledger;
    this.migration = migration;
    this.transformer = transformer;
  }

  @Override
  public DataMigration migration() {
    return migration;
  }

  @Override
  public String name() {
    return migration.id().value();
  }

  /** A run that was rolled back is over: the next one is another job instance. */
  @Override
  public long run(LedgerEntry entry) {
    return entry.state() == RunState.ROLLED_BACK ? entry.run() + 1 : entry.run();
  }

  @Override
  public Optional<RunResult> withoutLaunch(LedgerEntry entry) {
    if (entry.state() == RunState.ROLLING_BACK) {
      return Optional.of(
          RunResult.of(
              migration.id(),
              Outcome.REFUSED,
              "%s: is being rolled back. End that with 'rollback %s', then run it again."
                  .formatted(migration.id(), migration.id())));
    }
    if (entry.state() != RunState.COMPLETED) {
      return Optional.empty();
    }
    return Optional.of(
        entry.checksum().equals(migration.checksum())
            ? RunResult.of(
                migration.id(),
                Outcome.ALREADY_COMPLETED,
                "%s: completed at %s, nothing to do".formatted(migration.id(), entry.endedAt()))
            : RunResult.of(migration.id(), Outcome.REFUSED, changedSince(entry)));
  }

  private String changedSince(LedgerEntry entry) {
    return ("%s: was completed at %s with another definition (checksum %s, now %s), and what it did"
            + " stays done. Put the files back, and make a new migration for the change.")
        .formatted(
            migration.id(),
            entry.endedAt(),
            MigrationJob.shortened(entry.checksum()),
            MigrationJob.shortened(migration.checksum()));
  }

  @Override
  public RunState running() {
    return RunState.RUNNING;
  }

  @Override
  public RunState ended(Outcome outcome) {
    return switch (outcome) {
      case COMPLETED, ALREADY_COMPLETED -> RunState.COMPLETED;
      case STOPPED -> RunState.STOPPED;
      // with the failure itself: a kill right after it must not let the run go forward again
      case FAILED, VERIFICATION_FAILED ->
          migration.onFailure() == OnFailure.ROLLBACK ? RunState.ROLLING_BACK : RunState.FAILED;
      case REFUSED, BUSY -> RunState.FAILED;
      case ROLLED_BACK, ROLLED_BACK_WITH_CONFLICTS, FAILED_AND_ROLLED_BACK ->
          throw new IllegalStateException("a run does not end as " + outcome);
    };
  }

  @Override
  public RunState failedForNow() {
    return RunState.FAILED;
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    // not in the verify step: until that is noted as completed a relaunch would sweep again
    UndoJournals.of(environment.dataSource(), migration).stopNotingBornRows();
    return new RunSummary(environment.dataSource(), ledger).completed(migration.id());
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    MigrationChecks checks =
        new MigrationChecks(environment, migration, transformer, launch.run(), launch.waiter());
    ScriptRunner scripts =
        new ScriptRunner(environment.dataSource(), launch.waiter(), ScriptSettings.DEFAULT);
    Expansion expansion =
        new Expansion(environment.dataSource(), migration, launch.run(), scripts, launch.waiter());
    JobSteps steps = new JobSteps(environment, launch, workers);
    Backfill backfill =
        Backfill.forward(steps.backfillEnvironment(), migration, transformer, steps.runContext());
    return new JobBuilder(name(), environment.jobRepository())
        .start(steps.action(StepName.PREFLIGHT, checks::preflight).atEachLaunch())
        .next(steps.action(StepName.EXPAND, expansion::run))
        .next(
            steps
                .action(
                    StepName.PREFLIGHT_DATA,
                    () -> {
                      expansion.requireSamePlan();
                      checks.preflightData();
                    })
                .atEachLaunch())
        .next(steps.partitioned(StepName.BACKFILL, backfill, migration.tuning().workers()))
        .next(backfill.sweepStep(StepName.SWEEP.label()))
        .next(steps.action(StepName.CONSTRAIN, () -> run(scripts, Script.Kind.CONSTRAIN_UP)))
        .next(steps.action(StepName.VERIFY, checks::verify))
        .build();
  }

  private void run(ScriptRunner scripts, Script.Kind kind) {
    migration.script(kind).ifPresent(script -> scripts.run(migration.id(), script));
  }
}
