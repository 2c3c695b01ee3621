package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.MigrationId;
import java.util.Optional;

/** Runs a job to its end, a stop, or a failure: asks under the runner lock whether it may start. */
final class JobRun {

  private final JobEnvironment environment;
  private final Ledger ledger;

  JobRun(JobEnvironment environment) {
    this.environment = environment;
    this.ledger = environment.ledger();
  }

  RunResult run(MigrationJob job, StopSignal stop) {
    return new LockedLaunches(environment, job.migration(), job.steering(), stop)
        .run(held -> launch(job, held, stop));
  }

  private RunResult launch(MigrationJob job, LockedLaunches.Held held, StopSignal stop)
      throws Exception {
    MigrationId id = job.migration().id();
    LedgerEntry entry = ledger.find(id).orElseThrow();
    Optional<RunResult> answer = withoutLaunch(job, entry, stop);
    if (answer.isPresent()) {
      return answer.get();
    }
    if (!entry.state().mayBecome(job.running())) {
      return RunResult.of(id, Outcome.REFUSED, wrongState(entry, job));
    }
    stop.throwIfStopped(); // a cleanup cannot be taken back once it is noted
    return new Launcher(environment, ledger, job, held.isLast())
        .launch(
            new Launch(
                entry,
                job.run(entry),
                ledger.attempt(id),
                held.lock(),
                stop,
                held.steering(),
                held.throttle()));
  }

  /** A stop cancels what runs: then the error means nothing. */
  private static Optional<RunResult> withoutLaunch(
      MigrationJob job, LedgerEntry entry, StopSignal stop) {
    try {
      return job.withoutLaunch(entry);
    } catch (RuntimeException e) {
      stop.throwIfStopped();
      throw e;
    }
  }

  private static String wrongState(LedgerEntry entry, MigrationJob job) {
    return "%s: is %s, which '%s' cannot follow. End that first."
        .formatted(entry.id(), entry.state().label(), job.running().label());
  }
}
