package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.Migration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.transaction.PlatformTransactionManager;

/** One launch of a migration's job, under the runner lock. */
final class Launcher {

  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  /** A chunk takes less than a second. */
  private static final int WORKERS_END_SECONDS = 10;

  private final Environment environment;
  private final Ledger ledger;
  private final Migration migration;
  private final @Nullable RowTransformer transformer;
  private final StopSignal stop;
  private final RunnerLock lock;

  /**
   * What the program gives.
   *
   * @param runner host and process, for messages to others
   */
  record Environment(
      DataSource dataSource,
      PlatformTransactionManager transactionManager,
      JobRepository jobRepository,
      JobOperator jobOperator,
      Clock clock,
      String runner) {

    JdbcTemplate jdbc() {
      return new JdbcTemplate(dataSource);
    }
  }

  Launcher(
      Environment environment,
      Ledger ledger,
      Migration migration,
      @Nullable RowTransformer transformer,
      StopSignal stop,
      RunnerLock lock) {
    this.environment = environment;
    this.ledger = ledger;
    this.migration = migration;
    this.transformer = transformer;
    this.stop = stop;
    this.lock = lock;
  }

  RunResult launch(LedgerEntry entry) throws Exception {
    JobParameters parameters = parameters(entry.run());
    JobInstance instance =
        environment.jobRepository().getJobInstance(migration.id().value(), parameters);
    boolean over = instance != null && recover(instance) == BatchStatus.COMPLETED;
    if (entry.state() != RunState.PENDING && !entry.checksum().equals(migration.checksum())) {
      log.warn(
          "run.changed migration={} its definition is not the one that the last launch ran",
          migration.id());
    }
    ledger.started(lock.epoch(), migration.checksum(), environment.runner());
    RunResult result;
    try {
      // a process may die between the job's end and the ledger's note of it
      result = over ? completed() : execute(entry, parameters);
    } catch (Exception e) {
      noteFailure(e);
      throw e;
    }
    ledger.ended(lock.epoch(), state(result.outcome()), failure(result));
    return result;
  }

  /** What the last execution ended as, once a dead one is marked as failed. */
  private @Nullable BatchStatus recover(JobInstance instance) {
    new Recovery(environment.jobRepository(), environment.clock())
        .recover(migration.id(), instance);
    JobExecution last = environment.jobRepository().getLastJobExecution(instance);
    return last == null ? null : last.getStatus();
  }

  private RunResult completed() {
    return new RunSummary(environment.dataSource(), ledger).completed(migration.id());
  }

  private void noteFailure(Exception failure) {
    try {
      ledger.ended(lock.epoch(), RunState.FAILED, Failures.describe(migration.id(), failure));
    } catch (RuntimeException e) {
      failure.addSuppressed(e); // no database, or another runner: the next launch sets it right
    }
  }

  private static RunState state(Outcome outcome) {
    return switch (outcome) {
      case COMPLETED, ALREADY_COMPLETED -> RunState.COMPLETED;
      case STOPPED -> RunState.STOPPED;
      case REFUSED, FAILED, VERIFICATION_FAILED, BUSY -> RunState.FAILED;
    };
  }

  private static @Nullable String failure(RunResult result) {
    return switch (result.outcome()) {
      case COMPLETED, ALREADY_COMPLETED, STOPPED -> null;
      case REFUSED, FAILED, VERIFICATION_FAILED, BUSY ->
          result.message().lines().findFirst().orElse("");
    };
  }

  /** Only {@code run} identifies the job instance; the rest may differ from launch to launch. */
  private JobParameters parameters(long run) {
    return new JobParametersBuilder()
        .addLong("run", run, true)
        .addLong("chunkRows", (long) migration.tuning().chunk().rows(), false)
        .addLong("workers", (long) migration.tuning().workers(), false)
        .toJobParameters();
  }

  private RunResult execute(LedgerEntry entry, JobParameters parameters) throws Exception {
    ThreadPoolTaskExecutor workers = workers();
    try {
      Job job = job(entry, workers);
      return result(environment.jobOperator().start(job, parameters));
    } finally {
      // none may go on beside a relaunch or another process
      workers.shutdown();
    }
  }

  private Job job(LedgerEntry entry, ThreadPoolTaskExecutor workers) {
    // whoever waits or asks, in any step, ends with a stop and with the loss of the lock
    Waiter waiter =
        duration -> {
          lock.throwIfLost();
          stop.await(duration);
          lock.throwIfLost();
        };
    Backfill backfill =
        Backfill.forward(
            new Backfill.Environment(
                environment.dataSource(),
                environment.transactionManager(),
                environment.jobRepository(),
                waiter),
            migration,
            transformer,
            new Backfill.RunContext(entry.run(), lock.epoch(), this::checkBoundary, workers));
    MigrationChecks checks =
        new MigrationChecks(environment, migration, transformer, entry.run(), waiter);
    ScriptRunner scripts =
        new ScriptRunner(environment.dataSource(), waiter, ScriptSettings.DEFAULT);
    return new MigrationJob(environment.jobRepository(), migration, backfill, checks, scripts)
        .build(workers);
  }

  private void checkBoundary() {
    stop.throwIfStopped();
    lock.throwIfLost();
  }

  private ThreadPoolTaskExecutor workers() {
    ThreadPoolTaskExecutor workers = new ThreadPoolTaskExecutor();
    workers.setCorePoolSize(migration.tuning().workers());
    workers.setThreadNamePrefix("worker-");
    workers.setWaitForTasksToCompleteOnShutdown(false);
    workers.setAwaitTerminationSeconds(WORKERS_END_SECONDS);
    workers.initialize();
    return workers;
  }

  /**
   * @throws Exception the failure that decides, so that a relaunch can tell whether it may pass
   */
  private RunResult result(JobExecution execution) throws Exception {
    if (execution.getStatus() == BatchStatus.COMPLETED) {
      return completed();
    }
    if (execution.getStatus() == BatchStatus.STOPPED) {
      return Failures.stopped(migration.id());
    }
    List<Throwable> failures = execution.getAllFailureExceptions();
    Throwable decisive =
        failures.stream()
            .max(Comparator.comparingInt(Launcher::weight))
            .orElseGet(() -> new IllegalStateException("the job ended as " + execution));
    if (stop.isStopped()) {
      log.info("run.stopped migration={} while: {}", migration.id(), SqlStates.message(decisive));
      return Failures.stopped(migration.id());
    }
    if (Failures.mayPass(decisive) && decisive instanceof Exception e) {
      throw e;
    }
    log.debug("run.failed migration={}", migration.id(), decisive);
    return Failures.result(migration.id(), decisive);
  }

  /** What does not pass by itself decides; Spring Batch's own wrappers never do. */
  private static int weight(Throwable failure) {
    if (failure.getClass().getName().startsWith("org.springframework.batch.")) {
      return 0;
    }
    return Failures.mayPass(failure) ? 1 : 2;
  }
}
