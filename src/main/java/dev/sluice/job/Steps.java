package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.core.task.TaskExecutor;

/** The steps that the jobs forth and back build alike. */
final class Steps {

  private Steps() {}

  /** A backfill split into partitions, each a step of its own. */
  static Step partitioned(
      StepName name,
      Backfill backfill,
      JobRepository repository,
      int gridSize,
      TaskExecutor workers) {
    return new StepBuilder(name.label(), repository)
        .partitioner(StepName.WORKER, backfill.partitioner())
        .step(backfill.workerStep(StepName.WORKER))
        .gridSize(gridSize)
        .taskExecutor(workers)
        .build();
  }

  static Backfill.Environment environment(JobEnvironment environment, Launch launch) {
    return new Backfill.Environment(
        environment.dataSource(),
        environment.transactionManager(),
        environment.jobRepository(),
        launch.waiter());
  }
}
