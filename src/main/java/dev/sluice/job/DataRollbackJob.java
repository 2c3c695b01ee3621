package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
  private final @Nullable RowTransformer transformer;
  private final boolean discardChanges;
  private final StopSignal stop;

  /**
   * @param transformer of a {@code transform:}; null for other changes
   * @param discardChanges whether values that the application wrote may go with their columns
   * @param stop obeyed while it is asked what speaks against it
   */
  DataRollbackJob(
      JobEnvironment environment,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      boolean discardChanges,
      StopSignal stop) {
    super(environment);
    this.environment = environment;
    this.migration = migration;
    this.transformer = transformer;
    this.discardChanges = discardChanges;
    this.stop = stop;
  }

  @Override
  public DataMigration migration() {
    return migration;
  }

  /**
   * Old values are asked about before {@code constrain.down.sql}; a launch that goes on behind it
   * asks in its own step only.
   */
  @Override
  List<String> refusals(LedgerEntry entry) {
    if (migration.undo() instanceof Undo.None none) {
      return List.of("cannot be taken back: %s".formatted(none.reason()));
    }
    RunUndo undo = undo(entry.run(), stop);
    RollbackChecks checks = checks(undo, stop);
    boolean begun = entry.state() == RunState.ROLLING_BACK;
    List<String> refusals = new ArrayList<>(checks.ofTheRun(begun));
    if (refusals.isEmpty()) {
      boolean first = !begun || undo.toRun(Script.Kind.CONSTRAIN_DOWN).isPresent();
      refusals.addAll(first ? checks.ofOldValues() : List.of());
      refusals.addAll(discardChanges ? List.of() : checks.ofDroppedValues());
    }
    return refusals;
  }

  @Override
  List<String> forecast(LedgerEntry entry) {
    RunUndo undo = undo(entry.run(), stop);
    return new RollbackForecast(environment.dataSource(), migration, undo, stop).lines();
  }

  private RunUndo undo(long run, Waiter waiter) {
    return new RunUndo(environment.jdbc(), migration, run, scripts(waiter));
  }

  private RollbackChecks checks(RunUndo undo, Waiter waiter) {
    return new RollbackChecks(environment.dataSource(), migration, transformer, undo, waiter);
  }

  private ScriptRunner scripts(Waiter waiter) {
    return new ScriptRunner(environment.dataSource(), waiter, ScriptSettings.DEFAULT);
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    return new RollbackSummary(environment.dataSource()).completed(migration);
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    Waiter waiter = launch.waiter();
    RunUndo undo = undo(launch.run(), waiter);
    Rollback rollback =
        new Rollback(
            environment.dataSource(),
            migration,
            undo,
            checks(undo, launch.windowWaiter()),
            scripts(waiter),
            waiter);
    JobSteps steps = new JobSteps(environment, launch, workers);
    SimpleJobBuilder job =
        new JobBuilder(name(), environment.jobRepository())
            .start(steps.action(StepName.PREFLIGHT, rollback::preflight).atEachLaunch())
            .next(
                steps.action(
                    StepName.CONSTRAIN_DOWN,
                    () -> {
                      rollback.unsync();
                      rollback.takeBack(Script.Kind.CONSTRAIN_DOWN);
                    }));
    if (undo.restoresRows() && !undo.isRestored()) {
      Backfill backfill = Backfill.back(steps.backfillEnvironment(), migration, steps.runContext());
      job.next(steps.action(StepName.PREFLIGHT_RESTORE, rollback::preflightRestore).atEachLaunch())
          .next(steps.partitioned(StepName.RESTORE, backfill, migration.tuning().workers()))
          .next(backfill.sweepStep(StepName.RESTORE_SWEEP.label()));
    }
    return job.next(
            steps
                .action(StepName.VERIFY_RESTORED, () -> rollback.verify(discardChanges))
                .atEachLaunch())
        .next(steps.action(StepName.EXPAND_DOWN, rollback::finish))
        .build();
  }
}
