package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Runs a job to its end, a stop, or a failure: takes the runner lock, asks whether the job may
 * start, launches it, and launches it again after what passes by itself.
 */
final class JobRun {

  private final JobEnvironment environment;
  private final Ledger ledger;

  JobRun(JobEnvironment environment) {
    this.environment = environment;
    this.ledger = environment.ledger();
  }

  RunResult run(MigrationJob job, StopSignal stop) {
    return new Relaunches(job.migration(), stop)
        .run(
            isLast -> {
              stop.throwIfStopped();
              return launch(job, isLast, stop);
            });
  }

  private RunResult launch(MigrationJob job, Predicate<Exception> isLast, StopSignal stop)
      throws Exception {
    MigrationId id = job.migration().id();
    new SluiceSchema(environment.dataSource()).upgrade(stop);
    Optional<RunnerLock> taken = takeLock(job.migration());
    if (taken.isEmpty()) {
      return busy(id);
    }
    try (RunnerLock lock = taken.get()) {
      LedgerEntry entry = ledger.find(id).orElseThrow();
      Optional<RunResult> answer = job.withoutLaunch(entry);
      if (answer.isPresent()) {
        return answer.get();
      }
      if (!entry.state().mayBecome(job.running())) {
        return RunResult.of(id, Outcome.REFUSED, wrongState(entry, job));
      }
      return new Launcher(environment, ledger, job, isLast)
          .launch(new Launch(entry, job.run(entry), ledger.attempt(id), lock, stop));
    }
  }

  private static String wrongState(LedgerEntry entry, MigrationJob job) {
    return "%s: is %s, which '%s' cannot follow. End that first."
        .formatted(entry.id(), entry.state().label(), job.running().label());
  }

  Optional<RunnerLock> takeLock(Migration migration) throws SQLException {
    return RunnerLock.tryTake(
        environment.dataSource(), migration.id(), migration.checksum(), environment.runner());
  }

  RunResult busy(MigrationId id) {
    String runner = ledger.find(id).map(LedgerEntry::runner).orElse("unknown");
    String holder =
        RunnerLock.holder(environment.dataSource(), id).orElse("a session that has just ended");
    return RunResult.of(
        id, Outcome.BUSY, "%s: is being run by %s (%s)".formatted(id, runner, holder));
  }
}
