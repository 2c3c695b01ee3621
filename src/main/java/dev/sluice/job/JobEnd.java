package dev.sluice.job;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SqlStates;
import java.util.Comparator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;

/** Turns how Spring Batch ended a job into what we say of it. */
final class JobEnd {

  private static final Logger log = LoggerFactory.getLogger(JobEnd.class);

  private final MigrationJob job;
  private final Launch launch;

  JobEnd(MigrationJob job, Launch launch) {
    this.job = job;
    this.launch = launch;
  }

  /**
   * @throws JobFailedException if a relaunch may pass the failure that decides
   */
  RunResult result(JobExecution execution) throws JobFailedException {
    MigrationId id = job.migration().id();
    if (execution.getStatus() == BatchStatus.COMPLETED) {
      return job.completed(launch.entry());
    }
    if (execution.getStatus() == BatchStatus.STOPPED) {
      return Failures.stopped(id);
    }
    Throwable decisive =
        execution.getAllFailureExceptions().stream()
            .max(Comparator.comparingInt(JobEnd::weight))
            .orElseGet(() -> new IllegalStateException("the job ended as " + execution));
    if (launch.stop().isStopped()) {
      log.info("run.stopped migration={} while: {}", id, SqlStates.message(decisive));
      return Failures.stopped(id);
    }
    if (Failures.mayPass(decisive)) {
      // a pause of days sees the server restarted more than once, and no chunk in between
      boolean progressed = progressed(execution) || launch.steering().hasPaused();
      throw new JobFailedException(
          place(execution, decisive), progressed, launch.steering().isPaused(), decisive);
    }
    log.debug("run.failed migration={}", id, decisive);
    return Failures.result(id, decisive);
  }

  /** A partition's step goes by the name of the whole: which of them fails first is chance. */
  private static String place(JobExecution execution, Throwable failure) {
    return execution.getStepExecutions().stream()
        .filter(step -> step.getFailureExceptions().contains(failure))
        .map(step -> StepName.labelOf(step.getStepName()))
        .findFirst()
        .orElse("none");
  }

  /** Steps count anew at each launch. */
  private static boolean progressed(JobExecution execution) {
    return execution.getStepExecutions().stream().anyMatch(step -> step.getCommitCount() > 0);
  }

  /** What does not pass by itself decides; Spring Batch's own wrappers never do. */
  private static int weight(Throwable failure) {
    if (failure.getClass().getName().startsWith("org.springframework.batch.")) {
      return 0;
    }
    return Failures.mayPass(failure) ? 1 : 2;
  }
}
