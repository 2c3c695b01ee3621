package dev.sluice.job;

import dev.sluice.migration.MigrationId;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;

/**
 * Marks executions as failed that a dead process left as running, or that ended as UNKNOWN, so that
 * they restart without a human.
 *
 * <p>To be called under the runner lock only: that nobody else holds it proves that they are dead.
 * Their checkpoints are right in every case, as each was committed with the rows it stands for.
 * {@code JobOperator.recover} does half of it: it refuses UNKNOWN.
 */
final class Recovery {

  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final JobRepository repository;
  private final Clock clock;

  Recovery(JobRepository repository, Clock clock) {
    this.repository = repository;
    this.clock = clock;
  }

  /** Returns what the last execution ended as, a dead one included; null: there is none. */
  @Nullable BatchStatus recover(MigrationId id, JobInstance instance) {
    for (JobExecution job : repository.getJobExecutions(instance)) {
      LocalDateTime lastSeen = lastSeen(job);
      for (StepExecution step : job.getStepExecutions()) {
        if (isDead(step.getStatus())) {
          step.setStatus(BatchStatus.FAILED);
          step.setEndTime(Objects.requireNonNullElse(step.getLastUpdated(), lastSeen));
          repository.update(step);
        }
      }
      if (isDead(job.getStatus())) {
        log.info(
            "run.recovered migration={} execution={} was={}", id, job.getId(), job.getStatus());
        job.setStatus(BatchStatus.FAILED);
        job.setEndTime(lastSeen);
        repository.update(job);
      }
    }
    JobExecution last = repository.getLastJobExecution(instance);
    return last == null ? null : last.getStatus();
  }

  /** The last sign of life: how long it has lain dead is no time that it took. */
  private LocalDateTime lastSeen(JobExecution job) {
    return Stream.concat(
            Stream.of(job.getLastUpdated()),
            job.getStepExecutions().stream().map(StepExecution::getLastUpdated))
        .filter(Objects::nonNull)
        .max(Comparator.naturalOrder())
        .orElseGet(() -> LocalDateTime.now(clock));
  }

  private static boolean isDead(BatchStatus status) {
    return status.isRunning() || status == BatchStatus.STOPPING || status == BatchStatus.UNKNOWN;
  }
}
