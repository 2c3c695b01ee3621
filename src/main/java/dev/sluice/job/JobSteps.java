package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.migration.CodeMigration;
import dev.sluice.schema.CodeRunner;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.core.task.TaskExecutor;

/** Makes the steps that the jobs forth and back have alike, for one launch. */
final class JobSteps {

  private final JobEnvironment environment;
  private final Launch launch;
  private final TaskExecutor workers;

  /**
   * @param workers its threads are the migration's workers
   */
  JobSteps(JobEnvironment environment, Launch launch, TaskExecutor workers) {
    this.environment = environment;
    this.launch = launch;
    this.workers = workers;
  }

  ActionStep action(StepName name, ActionStep.Action action) {
    return actionWithStep(name, step -> action.run());
  }

  /** None begins while an operator wants a pause. */
  ActionStep actionWithStep(StepName name, ActionStep.ActionWithStep action) {
    return new ActionStep(
        name.label(),
        environment.jobRepository(),
        step -> {
          launch.checkBoundary();
          action.run(step);
        });
  }

  /** A backfill split into partitions, each a step of its own. */
  Step partitioned(StepName name, Backfill backfill, int gridSize) {
    return new StepBuilder(name.label(), environment.jobRepository())
        .partitioner(StepName.WORKER, backfill.partitioner())
        .step(backfill.workerStep(StepName.WORKER))
        .gridSize(gridSize)
        .taskExecutor(workers)
        .build();
  }

  /** Its transactions prove the epoch first, as chunks do. */
  CodeRunner codeRunner(CodeMigration migration) {
    return new CodeRunner(
        environment.dataSource(),
        launch.waiter(),
        jdbc -> launch.epoch().enter(jdbc, migration.timeLimit(), migration.timeLimit()));
  }

  Backfill.Environment backfillEnvironment() {
    return new Backfill.Environment(
        environment.dataSource(),
        environment.transactionManager(),
        environment.jobRepository(),
        environment.clock(),
        launch.waiter());
  }

  Backfill.RunContext runContext() {
    return new Backfill.RunContext(launch.run(), launch.epoch(), launch.pacing(), workers);
  }
}
