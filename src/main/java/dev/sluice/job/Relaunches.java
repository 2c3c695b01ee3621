package dev.sluice.job;

import dev.sluice.control.StopSignal;
import dev.sluice.migration.Migration;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransientRetry;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.retry.RetryContext;

/**
 * Launches a job again after a failure that passes by itself, with the lock taken anew, within the
 * migration's retry policy, and not if two jobs in a row fail alike. Those up to one that an
 * operator held back do not count: a pause may last for days, and see more than one restart.
 */
final class Relaunches {

  private static final Logger log = LoggerFactory.getLogger(Relaunches.class);

  private final Migration migration;
  private final StopSignal stop;

  /** Launches up to the last one that failed while it was paused. */
  private int forgiven;

  Relaunches(Migration migration, StopSignal stop) {
    this.migration = migration;
    this.stop = stop;
  }

  /** One try, from taking the lock to giving it back. */
  @FunctionalInterface
  interface Attempt {
    /**
     * @param isLast whether no other launch follows one that failed so
     */
    RunResult launch(Predicate<Exception> isLast) throws Exception;
  }

  RunResult run(Attempt attempt) {
    FailedLaunches failed = new FailedLaunches();
    try {
      return launching(attempt, failed);
    } catch (Exception e) {
      return failed.result(migration.id(), e);
    }
  }

  private RunResult launching(Attempt attempt, FailedLaunches failed) throws Exception {
    return TransientRetry.of(
            () -> attempts() + forgiven,
            migration.tuning().retry().backoff(),
            stop,
            error -> Failures.mayPass(error) && !failed.repeated())
        .execute(context -> launch(attempt, failed, context));
  }

  private RunResult launch(Attempt attempt, FailedLaunches failed, RetryContext context)
      throws Exception {
    boolean again = context.getRetryCount() > 0;
    if (again) {
      log.warn(
          "run.relaunch migration={} attempt={}/{} after={}",
          migration.id(),
          context.getRetryCount() + 1 - forgiven,
          attempts(),
          SqlStates.message(context.getLastThrowable()));
    }
    try {
      RunResult result = attempt.launch(error -> isLast(error, context, failed));
      if (result.outcome() == Outcome.BUSY && again) {
        throw new OwnGhostException(result.message());
      }
      return result;
    } catch (Exception e) {
      failed.add(e);
      if (wasPaused(e)) {
        forgiven = context.getRetryCount() + 1;
      }
      throw e;
    }
  }

  private boolean isLast(Exception error, RetryContext context, FailedLaunches failed) {
    return (!wasPaused(error) && context.getRetryCount() + 1 >= attempts() + forgiven)
        || !Failures.mayPass(error)
        || failed.wouldBeRepeatedBy(error);
  }

  private int attempts() {
    return migration.tuning().retry().attempts();
  }

  private static boolean wasPaused(Exception error) {
    return Failures.find(error, JobFailedException.class)
        .filter(JobFailedException::paused)
        .isPresent();
  }

  /** The lock is held at a relaunch: by our own lost session, until the server notices. */
  static final class OwnGhostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OwnGhostException(String message) {
      super(message);
    }
  }
}
