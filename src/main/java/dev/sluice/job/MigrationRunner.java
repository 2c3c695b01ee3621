package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.QuarantinedRow;
import dev.sluice.control.RunState;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.validation.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** What can be done with one migration. Every job of it goes through the same {@link JobRun}. */
public final class MigrationRunner {

  private static final Logger log = LoggerFactory.getLogger(MigrationRunner.class);

  private final JobEnvironment environment;
  private final Ledger ledger;
  private final MigrationJobs jobs;
  private final JobRun jobRun;

  /**
   * Connects to nothing yet.
   *
   * @param dataSource for rows and Spring Batch's tables alike; ours alone, see {@link
   *     dev.sluice.postgres.ConnectionPool}
   */
  public static MigrationRunner on(DataSource dataSource) {
    return new MigrationRunner(JobEnvironment.of(dataSource));
  }

  MigrationRunner(JobEnvironment environment) {
    this.environment = environment;
    this.ledger = environment.ledger();
    this.jobs = new MigrationJobs(environment);
    this.jobRun = new JobRun(environment);
  }

  /** This process and its host, as the ledger knows them. */
  public String processName() {
    return environment.runner();
  }

  /** Who gives a command in this process: operating system user, process and host. */
  public String operatorName() {
    return "%s, %s".formatted(System.getProperty("user.name"), environment.runner());
  }

  /**
   * Makes a migration known to the ledger that was never launched, so that it can be paused. The
   * schema must be there: a database on which nothing was ever run is seldom the one that is meant.
   */
  public void register(LoadedMigration migration) {
    ledger.register(migration.id(), migration.migration().checksum());
  }

  /** Runs the migration to its end, a stop, or a failure. */
  public RunResult run(LoadedMigration migration, StopSignal stop) {
    RunResult result =
        isToBeTakenBack(migration)
            ? new RunResult(migration.id(), Outcome.FAILED, failure(migration.id()), null)
            : forward(migration, stop);
    return hasFailed(result) && isToBeTakenBack(migration)
        ? rolledBack(migration, result, stop)
        : result;
  }

  /** Once it is completed: what has been captured since. */
  private RunResult forward(LoadedMigration migration, StopSignal stop) {
    boolean wasCompleted = isCompleted(migration);
    RunResult result = jobRun.run(jobs.forward(migration), stop);
    return result.outcome() == Outcome.ALREADY_COMPLETED
            || (wasCompleted && result.outcome() == Outcome.COMPLETED_WITH_QUARANTINE)
        ? jobs.catchUp(migration).map(job -> jobRun.run(job, stop)).orElse(result)
        : result;
  }

  private boolean isCompleted(LoadedMigration migration) {
    try {
      return entry(migration.id()).filter(e -> e.state() == RunState.COMPLETED).isPresent();
    } catch (DataAccessException e) {
      log.debug("run.completed migration={}", migration.id(), e);
      return false; // the launch itself says that the database cannot be reached
    }
  }

  private static boolean hasFailed(RunResult result) {
    return switch (result.outcome()) {
      case FAILED, HALF_APPLIED, VERIFICATION_FAILED -> true;
      case COMPLETED,
          COMPLETED_WITH_QUARANTINE,
          HELD_BY_QUARANTINE,
          ALREADY_COMPLETED,
          REFUSED,
          STOPPED,
          BUSY,
          ROLLED_BACK,
          ROLLED_BACK_WITH_CONFLICTS,
          FAILED_AND_ROLLED_BACK ->
          false;
    };
  }

  /**
   * Whether the ledger says so, which alone counts: a launch that never began has failed too, and
   * what an earlier one completed is not to be taken back for it. Also after a process died while
   * it took a failed run back: only that may go on.
   */
  private boolean isToBeTakenBack(LoadedMigration migration) {
    try {
      return migration.migration().onFailure() == OnFailure.ROLLBACK
          && entry(migration.id()).filter(e -> e.state() == RunState.ROLLING_BACK).isPresent();
    } catch (DataAccessException e) {
      log.debug("run.on-failure migration={}", migration.id(), e);
      return false; // the launch itself says that the database cannot be reached
    }
  }

  /** For those that only read and ask more than the ledger. */
  private Optional<LedgerEntry> currentEntry(MigrationId id) {
    new SluiceSchema(environment.dataSource()).requireCurrent();
    return entry(id);
  }

  private Optional<LedgerEntry> entry(MigrationId id) {
    return new SluiceSchema(environment.dataSource()).exists() ? ledger.find(id) : Optional.empty();
  }

  private String failure(MigrationId id) {
    return ledger
        .find(id)
        .flatMap(entry -> Optional.ofNullable(entry.failure()))
        .orElse(id + ": failed");
  }

  private RunResult rolledBack(LoadedMigration migration, RunResult failed, StopSignal stop) {
    RunResult back = rollback(migration, false, stop);
    return new AutomaticRollback(environment.dataSource(), ledger).result(failed, back);
  }

  /**
   * Takes the last run back.
   *
   * @param discardChanges whether values that the application wrote may go with their columns
   */
  public RunResult rollback(LoadedMigration migration, boolean discardChanges, StopSignal stop) {
    return jobRun.run(jobs.rollback(migration, discardChanges, stop), stop);
  }

  /**
   * Says what a rollback would do, and what speaks against it. Changes nothing and needs no lock.
   *
   * @param discardChanges whether values that the application wrote may go with their columns
   */
  public RunResult dryRunRollback(
      LoadedMigration migration, boolean discardChanges, StopSignal stop) {
    MigrationId id = migration.id();
    try {
      Optional<LedgerEntry> entry = currentEntry(id);
      if (entry.isEmpty()) {
        return RunResult.of(
            id, Outcome.REFUSED, id + ": was never run, there is nothing to take back.");
      }
      RollbackJob job = jobs.rollback(migration, discardChanges, stop);
      Optional<RunResult> answer = job.withoutLaunch(entry.get());
      if (answer.isPresent()) {
        return answer.get();
      }
      List<String> lines = new ArrayList<>(job.forecast(entry.get()));
      lines.add(0, "%s: run %d can be taken back".formatted(id, entry.get().run()));
      return RunResult.of(id, Outcome.COMPLETED, String.join("\n  ", lines));
    } catch (RuntimeException e) {
      return stop.isStopped() ? Failures.stopped(id) : Failures.result(id, e);
    }
  }

  /**
   * Drops the old side of a completed migration, and with it the way back.
   *
   * @param confirmed the id once more, as the operator gave it; null: not given
   */
  public RunResult cleanup(LoadedMigration migration, @Nullable String confirmed, StopSignal stop) {
    CleanupPreflight preflight = new CleanupPreflight(environment, migration, stop);
    RunResult result = jobRun.run(jobs.cleanup(migration, confirmed, preflight), stop);
    return result.outcome() == Outcome.STOPPED ? stoppedCleanup(migration.id()) : result;
  }

  private RunResult stoppedCleanup(MigrationId id) {
    boolean begun =
        currentEntry(id).filter(entry -> entry.state() == RunState.CLEANING).isPresent();
    String text =
        begun
            ? "the cleanup was stopped, what it has dropped is gone. Give the command again to go on."
            : "the cleanup was stopped before it dropped anything. Give the command again.";
    return RunResult.of(id, Outcome.STOPPED, id + ": " + text);
  }

  /** Says what a cleanup would drop, from when on it may, and what speaks against it. */
  public RunResult cleanupDryRun(LoadedMigration migration, StopSignal stop) {
    MigrationId id = migration.id();
    try {
      CleanupPreflight preflight = new CleanupPreflight(environment, migration, stop);
      return currentEntry(id)
          .map(entry -> new CleanupDryRun(environment, migration.migration(), preflight).run(entry))
          .orElseGet(
              () ->
                  RunResult.of(
                      id, Outcome.REFUSED, id + ": was never run, there is nothing to clean up."));
    } catch (RuntimeException e) {
      return stop.isStopped() ? Failures.stopped(id) : Failures.result(id, e);
    }
  }

  /** Says what a run would do and what preflight finds. Changes nothing. */
  public RunResult dryRun(LoadedMigration loaded, StopSignal stop) {
    Migration migration = loaded.migration();
    try {
      MigrationJob job = jobs.forward(loaded);
      Optional<LedgerEntry> entry = currentEntry(migration.id());
      Optional<RunResult> answer = entry.flatMap(job::withoutLaunch);
      if (answer.isPresent()) {
        return new CatchUpDryRun(environment, migration).after(answer.get());
      }
      if (migration instanceof DataMigration data) {
        long run = entry.map(job::run).orElse(1L);
        MigrationChecks checks = new MigrationChecks(environment, data, null, run, stop);
        return new DryRun(environment, data, checks).run();
      }
      if (migration instanceof CodeMigration code) {
        return new CodeSummary(environment.dataSource(), code)
            .dryRun(Objects.requireNonNull(loaded.code()));
      }
      return SchemaSummary.dryRun((SchemaMigration) migration);
    } catch (RuntimeException e) {
      return stop.isStopped()
          ? Failures.stopped(migration.id())
          : Failures.result(migration.id(), e);
    }
  }

  /**
   * Checks the result again, at any time, and stores the certificate. Changes no row and needs no
   * lock.
   */
  public RunResult verify(LoadedMigration loaded, StopSignal stop) {
    MigrationId id = loaded.id();
    try {
      if (!isVerifiable(loaded)) {
        return RunResult.of(
            id, Outcome.REFUSED, id + ": has neither rows nor code to verify it by");
      }
      Optional<LedgerEntry> entry = currentEntry(id);
      if (entry.isEmpty()) {
        return RunResult.of(
            id, Outcome.REFUSED, id + ": was never run on this database, there is no result yet");
      }
      if (isCleaned(entry.get(), loaded.migration())) {
        return RunResult.of(
            id,
            Outcome.REFUSED,
            id
                + ": was cleaned up, and what its result was computed from is gone. The last"
                + " certificate stands in sluice.certificate.");
      }
      Certificate certificate = certificate(loaded, entry.get().run(), stop);
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

  /**
   * Lists the rows of the last run that are set aside. Changes no row of a user's table, and needs
   * no lock.
   *
   * @param withRows whether to read the rows, too
   * @param to gets each row, and its columns as a JSON object: null if not asked for, or gone
   */
  public void quarantine(
      LoadedMigration loaded, boolean withRows, BiConsumer<QuarantinedRow, @Nullable String> to) {
    Optional<LedgerEntry> entry = currentEntry(loaded.id());
    if (entry.isPresent() && loaded.migration() instanceof DataMigration data) {
      new QuarantineList(environment.dataSource(), entry.get(), data).each(withRows, to);
    }
  }

  /** Tries the rows again that are set aside. */
  public RunResult retryQuarantine(LoadedMigration loaded, StopSignal stop) {
    return loaded.migration() instanceof DataMigration data
        ? new QuarantineRetry(environment, loaded, data, stop).run()
        : RunResult.of(
            loaded.id(),
            Outcome.ALREADY_COMPLETED,
            loaded.id() + ": changes no rows, and has none in quarantine");
  }

  private static boolean isVerifiable(LoadedMigration loaded) {
    boolean asks = loaded.code() != null && loaded.code().validate() != null;
    return asks || loaded.migration() instanceof DataMigration;
  }

  private Certificate certificate(LoadedMigration loaded, long run, StopSignal stop) {
    if (loaded.migration() instanceof DataMigration data) {
      return new MigrationChecks(environment, data, loaded.transformer(), run, stop).certificate();
    }
    MigrationCode code = Objects.requireNonNull(loaded.code());
    return new CodeChecks(
            environment,
            (CodeMigration) loaded.migration(),
            Objects.requireNonNull(code.validate()))
        .certificate(run);
  }

  /** Whether {@code cleanup.up.sql} has run, or may have. */
  private static boolean isCleaned(LedgerEntry entry, Migration migration) {
    boolean begun = entry.state() == RunState.CLEANING || entry.state() == RunState.CLEANED;
    return begun && migration.script(Script.Kind.CLEANUP_UP).isPresent();
  }
}
