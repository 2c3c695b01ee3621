package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.util.List;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.core.task.TaskExecutor;

/**
 * The job that takes changed rows back: constraints first, then the rows, the added columns last.
 */
final class DataRollbackJob extends RollbackJob {

  private final JobEnvironment environment;
  private final DataMigration migration;
  private final boolean discardChanges;

  /**
   * @param discardChanges whether values that the application wrote may go with their columns
   */
  DataRollbackJob(JobEnvironment environment, DataMigration migration, boolean discardChanges) {
    super(environment);
    this.environment = environment;
    this.migration = migration;
    this.discardChanges = discardChanges;
  }

  @Override
  public DataMigration migration() {
    return migration;
  }

  @Override
  List<String> refusals(LedgerEntry entry) {
    if (migration.undo() instanceof Undo.None none) {
      return List.of("cannot be taken back: %s".formatted(none.reason()));
    }
    return rollback(entry.run(), duration -> {}).refusals();
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
