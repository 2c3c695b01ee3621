package dev.sluice.job;

import dev.sluice.control.Commands;
import dev.sluice.control.Ledger;
import dev.sluice.control.RunState;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.transaction.support.TransactionTemplate;

/** Launches a job once, under the runner lock: recovers it, runs it, and keeps the ledger. */
final class Launcher {

  private static final Logger log = LoggerFactory.getLogger(Launcher.class);

  private final JobEnvironment environment;
  private final Ledger ledger;
  private final MigrationJob job;
  private final Predicate<Exception> isLast;

  /**
   * @param isLast whether no other launch follows one that failed so
   */
  Launcher(
      JobEnvironment environment, Ledger ledger, MigrationJob job, Predicate<Exception> isLast) {
    this.isLast = isLast;
    this.environment = environment;
    this.ledger = ledger;
    this.job = job;
  }

  /**
   * @throws Exception a failure that may pass by itself, noted in the ledger
   */
  RunResult launch(Launch launch) throws Exception {
    JobParameters parameters = job.parameters(launch.run(), launch.attempt());
    // only then: what a state set by force says of the rows is not for a finished job to answer
    boolean over =
        recover(parameters) == BatchStatus.COMPLETED && launch.entry().state() == job.running();
    Migration migration = job.migration();
    if (launch.entry().state() != RunState.PENDING
        && ChangedMigration.is(launch.entry(), migration)) {
      log.warn(
          "run.changed migration={} its definition is not the one that the last launch ran",
          migration.id());
    }
    Optional<RunResult> refused = refusedOrStarted(launch);
    if (refused.isPresent()) {
      return refused.get();
    }
    RunResult result;
    Steering steering = launch.steering();
    try (steering) { // what is asked for from its end on, is for the next launch
      // a process may die between the job's end and the ledger's note of it
      result = over ? job.completed(launch.entry()) : execute(launch, parameters);
    } catch (Exception e) {
      noteFailure(launch, e);
      throw e;
    }
    noteEnd(launch, job.ended(result.outcome()), result.outcome(), result.failure());
    return result;
  }

  /**
   * Notes the start, unless another migration has begun or been taken back since the job was asked.
   */
  private Optional<RunResult> refusedOrStarted(Launch launch) {
    AtomicReference<@Nullable String> why = new AtomicReference<>();
    new TransactionTemplate(environment.transactionManager())
        .executeWithoutResult(
            status -> {
              ledger.lockWithNeighbours(job.migration());
              job.heldByOthers()
                  .ifPresentOrElse(
                      why::set, () -> job.noteStart(ledger, launch, environment.runner()));
            });
    return Optional.ofNullable(why.get())
        .map(text -> RunResult.of(id(), Outcome.REFUSED, id() + ": " + text));
  }

  /** What the last execution ended as, once a dead one is marked as failed. Null: there is none. */
  private @Nullable BatchStatus recover(JobParameters parameters) {
    JobInstance instance = environment.jobRepository().getJobInstance(job.name(), parameters);
    return instance == null
        ? null
        : new Recovery(environment.jobRepository(), environment.clock()).recover(id(), instance);
  }

  private RunResult execute(Launch launch, JobParameters parameters) throws Exception {
    try (Workers workers = new Workers(launch.steering().workers())) {
      launch.steering().begins(workers);
      launch.throttle().resizeBy(workers::resize);
      return new JobEnd(job, launch)
          .result(
              environment.jobOperator().start(job.build(launch, workers.executor()), parameters));
    }
  }

  /** What operators have asked of a run holds until it is over, and no longer. */
  private void noteEnd(Launch launch, RunState state, Outcome outcome, @Nullable String failure) {
    new TransactionTemplate(environment.transactionManager())
        .executeWithoutResult(
            status -> {
              job.noteEnd(ledger, launch, state, outcome, failure);
              if (outcome.isEnd()) { // the state is completed at each launch of a catch-up
                new Commands(environment.dataSource()).over(launch.epoch());
              }
            });
  }

  private void noteFailure(Launch launch, Exception failure) {
    try {
      Outcome outcome = Failures.result(id(), failure).outcome();
      RunState state = isLast.test(failure) ? job.ended(outcome) : job.failedForNow(failure);
      noteEnd(launch, state, outcome, Failures.describe(id(), failure));
    } catch (RuntimeException e) {
      failure.addSuppressed(e); // no database, or another runner: the next launch sets it right
    }
  }

  private MigrationId id() {
    return job.migration().id();
  }
}
