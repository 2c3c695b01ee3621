package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.backfill.SetAsideRows;
import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptRunner;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.core.task.TaskExecutor;

/** The job that changes rows: preflight to verify. */
final class DataForwardJob extends ForwardJob {

  private final JobEnvironment environment;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;

  /**
   * @param transformer of a {@code transform:}; null for other changes
   */
  DataForwardJob(
      JobEnvironment environment, DataMigration migration, @Nullable RowTransformer transformer) {
    super(environment);
    this.environment = environment;
    this.migration = migration;
    this.transformer = transformer;
  }

  @Override
  public DataMigration migration() {
    return migration;
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    // not in the verify step: until that is noted as completed a relaunch would sweep again
    UndoJournals.of(environment.dataSource(), migration).stopNotingBornRows();
    return new RunSummary(environment.dataSource(), environment.ledger()).completed(migration);
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    DataSteps parts = new DataSteps(environment, migration, transformer, launch, workers);
    JobSteps steps = parts.steps();
    MigrationChecks checks = parts.checks();
    Expansion expansion = parts.expansion();
    Backfill backfill = parts.guarded();
    Backfill captured = CaptureLogs.isKept(migration) ? parts.captured() : null;
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
                      expansion.requireTypesThatStay();
                      expansion.stopCapturing();
                      expansion.keepInSync();
                    })
                .atEachLaunch())
        .next(steps.partitioned(StepName.BACKFILL, backfill, migration.tuning().workers()))
        .next(backfill.sweepStep(StepName.SWEEP.label(), captured))
        .next(
            steps.action(
                StepName.CONSTRAIN,
                () -> {
                  requireNoneSetAside(launch.run());
                  // it builds indexes and scans the table: not outside its hours either
                  launch.windowWaiter().await(Duration.ZERO);
                  run(parts.scripts(), Script.Kind.CONSTRAIN_UP);
                  CaptureLogs.of(environment.dataSource(), migration, launch.waiter())
                      .ifPresent(capture -> capture.refresh(migration));
                }))
        .next(steps.action(StepName.VERIFY, checks::verify))
        .build();
  }

  /** A constraint would refuse rows that were not changed, hours of validation later. */
  private void requireNoneSetAside(long run) {
    if (migration.script(Script.Kind.CONSTRAIN_UP).isPresent()) {
      long rows = setAside(run);
      if (rows > 0) {
        throw new HeldByQuarantineException(migration.id(), rows);
      }
    }
  }

  @Override
  long setAside(LedgerEntry entry) {
    return setAside(entry.run());
  }

  private long setAside(long run) {
    return new SetAsideRows(environment.dataSource(), migration, run).countLeft();
  }

  private void run(ScriptRunner scripts, Script.Kind kind) {
    migration.script(kind).ifPresent(script -> scripts.run(migration.id(), script));
  }
}
