package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.backfill.SetAsideRows;
import dev.sluice.control.CapturedEntries;
import dev.sluice.control.CatchUps;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.core.task.TaskExecutor;

/**
 * The job that does what the application has changed since the run of a migration with {@code sync:
 * capture}. It reads the log of captured keys, never the whole table; only where the trigger was
 * gone or disabled the guard too, because what changed meanwhile is not in the log.
 *
 * <p>The migration is completed all the while, in the ledger too: what depends on it, its rollback,
 * and the time until its cleanup are not concerned, and one that is killed leaves nothing to
 * repair. The next launch goes on with the same job instance until it is over.
 */
final class CatchUpJob implements MigrationJob {

  private final JobEnvironment environment;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;
  private final MigrationJob forward;

  /**
   * @param transformer of a {@code transform:}; null for other changes
   * @param forward answers where the migration is not completed
   */
  CatchUpJob(
      JobEnvironment environment,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      MigrationJob forward) {
    this.environment = environment;
    this.migration = migration;
    this.transformer = transformer;
    this.forward = forward;
  }

  @Override
  public DataMigration migration() {
    return migration;
  }

  @Override
  public String name() {
    return migration.id() + ".catch-up";
  }

  /** Identified by how many are over, too. Asked under the runner lock. */
  @Override
  public JobParameters parameters(long run, long attempt) {
    return new JobParametersBuilder(MigrationJob.super.parameters(run, attempt))
        .addLong("catchUp", new CatchUps(environment.jdbc()).over(migration.id()) + 1, true)
        .toJobParameters();
  }

  @Override
  public Optional<RunResult> withoutLaunch(LedgerEntry entry) {
    if (entry.state() != RunState.COMPLETED) {
      // another process has taken it elsewhere between two looks
      return Optional.of(
          forward
              .withoutLaunch(entry)
              .orElseGet(
                  () ->
                      RunResult.of(
                          migration.id(),
                          Outcome.REFUSED,
                          "%s: is %s by now. Run it again."
                              .formatted(migration.id(), entry.state().label()))));
    }
    boolean isToDo =
        entry.checksum().equals(migration.checksum()) && (waiting() > 0 || isMissed(entry));
    return isToDo ? Optional.empty() : forward.withoutLaunch(entry);
  }

  /**
   * Whether there may be changes that were not captured. A launch that puts the trigger back leaves
   * its step behind, so that one that is killed then does not hide them.
   */
  private boolean isMissed(LedgerEntry entry) {
    return (CaptureLogs.isKept(migration)
            && !CaptureLogs.stands(environment.dataSource(), migration))
        || instance(entry)
            .map(
                instance ->
                    environment
                        .jobRepository()
                        .getLastStepExecution(instance, StepName.CAPTURE.label()))
            .isPresent();
  }

  private long waiting() {
    return new CapturedEntries(environment.jdbc()).waiting(migration.id());
  }

  @Override
  public RunState running() {
    return RunState.COMPLETED;
  }

  @Override
  public RunState ended(Outcome outcome) {
    return RunState.COMPLETED;
  }

  @Override
  public RunState failedForNow(Exception failure) {
    return RunState.COMPLETED;
  }

  @Override
  public void noteStart(Ledger ledger, Launch launch, String by) {
    new CatchUps(environment.jdbc()).ended(launch.epoch(), false, null);
  }

  @Override
  public void noteEnd(
      Ledger ledger, Launch launch, RunState state, Outcome outcome, @Nullable String failure) {
    boolean over = outcome == Outcome.COMPLETED || outcome == Outcome.COMPLETED_WITH_QUARANTINE;
    new CatchUps(environment.jdbc()).ended(launch.epoch(), over, failure);
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    DataSteps parts = new DataSteps(environment, migration, transformer, launch, workers);
    JobSteps steps = parts.steps();
    Expansion expansion = parts.expansion();
    Backfill captured = parts.captured();
    SimpleJobBuilder job =
        new JobBuilder(name(), environment.jobRepository())
            .start(
                steps
                    .action(
                        StepName.PREFLIGHT,
                        () -> {
                          parts.checks().preflightCatchUp();
                          expansion.requireSamePlan();
                        })
                    .atEachLaunch());
    if (!isMissed(launch.entry())) {
      return job.next(captured.catchUpStep(StepName.SWEEP.label())).build();
    }
    return job.next(steps.action(StepName.CAPTURE, expansion::keepInSync).atEachLaunch())
        .next(parts.guarded().sweepStep(StepName.SWEEP.label(), captured))
        .build();
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    List<String> lines = new ArrayList<>();
    lines.add("%s: caught up, %,d rows".formatted(migration.id(), rowsChanged(entry)));
    long setAside = new SetAsideRows(environment.dataSource(), migration, run(entry)).countLeft();
    if (setAside > 0) {
      lines.add("  " + QuarantineLines.waysOn(migration.id(), setAside));
    }
    waitingLine(waiting(), migration).ifPresent(lines::add);
    return RunResult.of(
        migration.id(),
        setAside == 0 ? Outcome.COMPLETED : Outcome.COMPLETED_WITH_QUARANTINE,
        String.join("\n", lines));
  }

  /** What a summary says of changes that came too late for it; empty: none. */
  static Optional<String> waitingLine(long waiting, DataMigration migration) {
    return waiting == 0
        ? Optional.empty()
        : Optional.of(
            ClosingLines.labelled(
                "sync",
                "%s captured changes came meanwhile and wait; 'run %s' does them"
                    .formatted(CapturedEntries.text(waiting), migration.id())));
  }

  /** By all launches of this catch-up. */
  private long rowsChanged(LedgerEntry entry) {
    return instance(entry).map(environment.jobRepository()::getJobExecutions).stream()
        .flatMap(List::stream)
        .map(JobExecution::getStepExecutions)
        .flatMap(steps -> steps.stream())
        .mapToLong(StepExecution::getWriteCount)
        .sum();
  }

  /** Of the catch-up that is not over; empty: it has not begun. */
  private Optional<JobInstance> instance(LedgerEntry entry) {
    return Optional.ofNullable(
        environment
            .jobRepository()
            .getJobInstance(
                name(), parameters(run(entry), environment.ledger().attempt(migration.id()))));
  }
}
