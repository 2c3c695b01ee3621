package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.RowTransformer;
import dev.sluice.validation.Certificate;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Launches a migration's job: takes the runner lock, recovers what a dead process left, starts or
 * restarts the job, and says how it ended.
 *
 * <p>Every job of a migration goes through the same lock, recovery, relaunches and ledger.
 */
public final class MigrationRunner {

  private final JobEnvironment environment;
  private final Ledger ledger;

  MigrationRunner(JobEnvironment environment) {
    this.environment = environment;
    this.ledger = new Ledger(environment.jdbc());
  }

  /**
   * Runs the migration to its end, a stop, or a failure.
   *
   * @param transformer of a {@code transform:}; null for other changes
   */
  public RunResult run(
      DataMigration migration, @Nullable RowTransformer transformer, StopSignal stop) {
    RunResult result =
        isFailedAndRollingBack(migration)
            ? new RunResult(migration.id(), Outcome.FAILED, failure(migration), null)
            : run(new ForwardJob(environment, ledger, migration, transformer), stop);
    boolean failed =
        result.outcome() == Outcome.FAILED || result.outcome() == Outcome.VERIFICATION_FAILED;
    return failed && migration.onFailure() == OnFailure.ROLLBACK
        ? rolledBack(migration, result, stop)
        : result;
  }

  /** A process died while it took a failed run back: only that may go on. */
  private boolean isFailedAndRollingBack(DataMigration migration) {
    return migration.onFailure() == OnFailure.ROLLBACK
        && new SluiceSchema(environment.dataSource()).exists()
        && ledger
            .find(migration.id())
            .filter(entry -> entry.state() == RunState.ROLLING_BACK)
            .isPresent();
  }

  private String failure(DataMigration migration) {
    return ledger
        .find(migration.id())
        .flatMap(entry -> Optional.ofNullable(entry.failure()))
        .orElse(migration.id() + ": failed");
  }

  private RunResult rolledBack(DataMigration migration, RunResult failed, StopSignal stop) {
    RunResult back = rollback(migration, false, stop);
    String message = failed.message() + "\n" + back.message();
    boolean done =
        back.outcome() == Outcome.ROLLED_BACK
            || back.outcome() == Outcome.ROLLED_BACK_WITH_CONFLICTS
            || back.outcome() == Outcome.ALREADY_COMPLETED;
    return new RunResult(
        migration.id(),
        done ? Outcome.FAILED_AND_ROLLED_BACK : back.outcome(),
        message,
        back.bug() == null ? failed.bug() : back.bug());
  }

  /**
   * Takes the last run back.
   *
   * @param discardChanges whether values that the application wrote may go with their columns
   */
  public RunResult rollback(DataMigration migration, boolean discardChanges, StopSignal stop) {
    return run(new RollbackJob(environment, migration, discardChanges), stop);
  }

  private RunResult run(MigrationJob job, StopSignal stop) {
    return new Relaunches(job.migration(), stop)
        .run(
            () -> {
              stop.throwIfStopped();
              return launch(job, stop);
            });
  }

  /** Says what a run would do and what preflight finds. Changes nothing. */
  public RunResult dryRun(DataMigration migration) {
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
      DataMigration migration, @Nullable RowTransformer transformer, StopSignal stop) {
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

  private RunResult launch(MigrationJob job, StopSignal stop) throws Exception {
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
      return new Launcher(environment, ledger, job)
          .launch(new Launch(entry, job.run(entry), lock, stop));
    }
  }

  private static String wrongState(LedgerEntry entry, MigrationJob job) {
    return "%s: is %s, which '%s' cannot follow. End that first."
        .formatted(entry.id(), entry.state().label(), job.running().label());
  }

  private Optional<RunnerLock> takeLock(DataMigration migration) throws SQLException {
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
