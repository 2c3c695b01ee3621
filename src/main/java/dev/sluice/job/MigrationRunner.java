package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransientRetry;
import dev.sluice.validation.Certificate;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.retry.support.RetryTemplate;

/**
 * Launches a migration's job: takes the runner lock, recovers what a dead process left, starts or
 * restarts the job, and says how it ended.
 *
 * <p>A failure that passes by itself relaunches the job, with the lock taken anew, within the
 * migration's retry policy.
 */
public final class MigrationRunner {

  private static final Logger log = LoggerFactory.getLogger(MigrationRunner.class);

  private final Launcher.Environment environment;
  private final Ledger ledger;

  MigrationRunner(Launcher.Environment environment) {
    this.environment = environment;
    this.ledger = new Ledger(environment.jdbc());
  }

  /**
   * Runs the migration to its end, a stop, or a failure.
   *
   * @param transformer of a {@code transform:}; null for other changes
   */
  public RunResult run(Migration migration, @Nullable RowTransformer transformer, StopSignal stop) {
    try {
      return relaunching(migration, stop)
          .execute(
              context -> {
                if (context.getRetryCount() > 0) {
                  log.warn(
                      "run.relaunch migration={} attempt={}/{} after={}",
                      migration.id(),
                      context.getRetryCount() + 1,
                      migration.tuning().retry().attempts(),
                      SqlStates.message(context.getLastThrowable()));
                }
                RunResult result = launch(migration, transformer, stop);
                if (result.outcome() == Outcome.BUSY && context.getRetryCount() > 0) {
                  throw new OwnGhostException(result.message());
                }
                return result;
              });
    } catch (Exception e) {
      return Failures.result(migration.id(), e);
    }
  }

  /** Says what a run would do and what preflight finds. Changes nothing. */
  public RunResult dryRun(Migration migration) {
    MigrationChecks checks = new MigrationChecks(environment, migration, null, 0, new StopSignal());
    try {
      return new DryRun(environment, migration, checks).run();
    } catch (RuntimeException e) {
      return Failures.result(migration.id(), e);
    }
  }

  /**
   * Checks the result again, at any time, and stores the certificate. Changes no row and needs no
   * lock.
   */
  public RunResult verify(
      Migration migration, @Nullable RowTransformer transformer, StopSignal stop) {
    MigrationId id = migration.id();
    try {
      Optional<LedgerEntry> entry =
          new SluiceSchema(environment.dataSource()).exists() ? ledger.find(id) : Optional.empty();
      if (entry.isEmpty()) {
        return RunResult.of(
            id, Outcome.REFUSED, id + ": was never run on this database, there is no result yet");
      }
      Certificate certificate =
          new MigrationChecks(environment, migration, transformer, entry.get().run(), stop)
              .certificate();
      if (stop.isStopped()) {
        return Failures.stopped(id);
      }
      if (!certificate.passed()) {
        return RunResult.of(
            id, Outcome.VERIFICATION_FAILED, VerificationFailedException.describe(id, certificate));
      }
      List<String> lines = new ArrayList<>(RunSummary.checks(certificate));
      lines.add(0, id + ": verified");
      return RunResult.of(id, Outcome.COMPLETED, String.join("\n", lines));
    } catch (RuntimeException e) {
      return stop.isStopped() ? Failures.stopped(id) : Failures.result(id, e);
    }
  }

  private static RetryTemplate relaunching(Migration migration, StopSignal stop) {
    return TransientRetry.of(
        migration.tuning().retry().attempts(),
        migration.tuning().retry().backoff(),
        stop,
        Failures::mayPass);
  }

  private RunResult launch(
      Migration migration, @Nullable RowTransformer transformer, StopSignal stop) throws Exception {
    MigrationId id = migration.id();
    new SluiceSchema(environment.dataSource()).upgrade(stop);
    Optional<RunnerLock> taken = takeLock(migration);
    if (taken.isEmpty()) {
      return busy(id);
    }
    try (RunnerLock lock = taken.get()) {
      LedgerEntry entry = ledger.find(id).orElseThrow();
      if (entry.state() == RunState.COMPLETED && !entry.checksum().equals(migration.checksum())) {
        return RunResult.of(id, Outcome.REFUSED, changedSince(entry, migration));
      }
      if (entry.state() == RunState.COMPLETED) {
        return RunResult.of(
            id,
            Outcome.ALREADY_COMPLETED,
            "%s: completed at %s, nothing to do".formatted(id, entry.endedAt()));
      }
      return new Launcher(environment, ledger, migration, transformer, stop, lock).launch(entry);
    }
  }

  /** The lock is held at a relaunch: by our own lost session, until the server notices. */
  static final class OwnGhostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OwnGhostException(String message) {
      super(message);
    }
  }

  private static String changedSince(LedgerEntry entry, Migration migration) {
    return ("%s: was completed at %s with another definition (checksum %s, now %s), and what it did"
            + " stays done. Put the files back, and make a new migration for the change.")
        .formatted(
            migration.id(),
            entry.endedAt(),
            shortened(entry.checksum()),
            shortened(migration.checksum()));
  }

  private static String shortened(String checksum) {
    return checksum.substring(0, Math.min(12, checksum.length()));
  }

  private Optional<RunnerLock> takeLock(Migration migration) throws SQLException {
    return RunnerLock.tryTake(
        environment.dataSource(), migration.id(), migration.checksum(), environment.runner());
  }

  private RunResult busy(MigrationId id) {
    String runner = ledger.find(id).map(LedgerEntry::runner).orElse("unknown");
    String holder =
        RunnerLock.holder(environment.dataSource(), id).orElse("a session that has just ended");
    return RunResult.of(
        id, Outcome.BUSY, "%s: is being run by %s (%s)".formatted(id, runner, holder));
  }
}
