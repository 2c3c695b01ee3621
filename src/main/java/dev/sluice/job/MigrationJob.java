package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptRunner;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.core.task.TaskExecutor;

/** The forward job of a migration: its steps, in their order. */
final class MigrationJob {

  private final JobRepository repository;
  private final Migration migration;
  private final Backfill backfill;
  private final Checkpoints checks;
  private final ScriptRunner scripts;

  /** What the steps beside the backfill do. */
  interface Checkpoints {
    void preflight();

    void preflightData();

    void verify();
  }

  MigrationJob(
      JobRepository repository,
      Migration migration,
      Backfill backfill,
      Checkpoints checks,
      ScriptRunner scripts) {
    this.repository = repository;
    this.migration = migration;
    this.backfill = backfill;
    this.checks = checks;
    this.scripts = scripts;
  }

  /**
   * @param workers runs the partitions; its threads are the migration's workers
   */
  Job build(TaskExecutor workers) {
    return new JobBuilder(migration.id().value(), repository)
        .start(action(StepName.PREFLIGHT, step -> checks.preflight()).atEachLaunch())
        .next(action(StepName.EXPAND, step -> run(Script.Kind.EXPAND_UP)))
        .next(action(StepName.PREFLIGHT_DATA, step -> checks.preflightData()).atEachLaunch())
        .next(backfillStep(workers))
        .next(backfill.sweepStep(StepName.SWEEP.label()))
        .next(action(StepName.CONSTRAIN, step -> run(Script.Kind.CONSTRAIN_UP)))
        .next(action(StepName.VERIFY, step -> checks.verify()))
        .build();
  }

  private Step backfillStep(TaskExecutor workers) {
    return new StepBuilder(StepName.BACKFILL.label(), repository)
        .partitioner(StepName.WORKER, backfill.partitioner())
        .step(backfill.workerStep(StepName.WORKER))
        .gridSize(migration.tuning().workers())
        .taskExecutor(workers)
        .build();
  }

  private ActionStep action(StepName name, ActionStep.Action action) {
    return new ActionStep(name.label(), repository, action);
  }

  private void run(Script.Kind kind) {
    migration.script(kind).ifPresent(script -> scripts.run(migration.id(), script));
  }
}
