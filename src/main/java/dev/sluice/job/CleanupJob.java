package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.Migration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.core.task.TaskExecutor;

/**
 * The job that drops the old side of a completed migration: what {@code cleanup.up.sql} names, and
 * the undo journal last. There is no way back from it.
 *
 * <p>Therefore all that may speak against it, the verification too, is asked under the runner lock
 * before the ledger says cleaning: what is refused, stopped or killed until then leaves a completed
 * run, which can still be taken back. From then on it only goes on, however a launch ended.
 */
final class CleanupJob implements MigrationJob {

  private static final Logger log = LoggerFactory.getLogger(CleanupJob.class);

  /** In the job's execution context, which later launches inherit: what went, one line each. */
  static final String DROPPED = "dropped";

  private final JobEnvironment environment;
  private final Migration migration;
  private final CleanupPreflight preflight;
  private final @Nullable String confirmed;

  /**
   * @param confirmed the id that the operator has repeated; null: none
   */
  CleanupJob(
      JobEnvironment environment,
      Migration migration,
      CleanupPreflight preflight,
      @Nullable String confirmed) {
    this.environment = environment;
    this.migration = migration;
    this.preflight = preflight;
    this.confirmed = confirmed;
  }

  @Override
  public Migration migration() {
    return migration;
  }

  @Override
  public String name() {
    return migration.id() + ".cleanup";
  }

  @Override
  public Optional<RunResult> withoutLaunch(LedgerEntry entry) {
    return switch (entry.state()) {
      case CLEANED ->
          answer(
              Outcome.ALREADY_COMPLETED, "cleaned at %s, nothing to do".formatted(entry.endedAt()));
      case CLEANING -> refused(unconfirmed());
      case COMPLETED ->
          preflight.hasNothingToDrop()
              ? answer(Outcome.ALREADY_COMPLETED, CleanupPreflight.NOTHING_TO_DROP)
              : refusedOnceCompleted(entry);
      case PENDING, RUNNING, PAUSED, STOPPED, FAILED, DIRTY, ROLLING_BACK, ROLLED_BACK ->
          refused(preflight.against(entry));
    };
  }

  private Optional<RunResult> refusedOnceCompleted(LedgerEntry entry) {
    List<String> unconfirmed = unconfirmed();
    List<String> refusals = unconfirmed.isEmpty() ? preflight.against(entry) : unconfirmed;
    return refusals.isEmpty() ? preflight.verificationFailed(entry) : refused(refusals);
  }

  private List<String> unconfirmed() {
    if (migration.id().value().equals(confirmed)) {
      return List.of();
    }
    String got = confirmed == null ? "" : "--confirm says '%s', ".formatted(confirmed);
    return List.of(
        ("%snothing was dropped. 'cleanup %s --dry-run' shows what would go for good; if it may,"
                + " repeat the id: 'cleanup %2$s --confirm %2$s'.")
            .formatted(got, migration.id()));
  }

  private Optional<RunResult> refused(List<String> refusals) {
    return refusals.isEmpty()
        ? Optional.empty()
        : Optional.of(
            RunResult.of(
                migration.id(),
                Outcome.REFUSED,
                String.join(
                    "\n",
                    refusals.stream().map(refusal -> migration.id() + ": " + refusal).toList())));
  }

  private Optional<RunResult> answer(Outcome outcome, String text) {
    return Optional.of(RunResult.of(migration.id(), outcome, migration.id() + ": " + text));
  }

  @Override
  public Steering.Kind steering() {
    return Steering.Kind.CLEANUP;
  }

  @Override
  public RunState running() {
    return RunState.CLEANING;
  }

  @Override
  public RunState ended(Outcome outcome) {
    return switch (outcome) {
      case COMPLETED -> RunState.CLEANED;
      case STOPPED, REFUSED, FAILED, HALF_APPLIED, VERIFICATION_FAILED, BUSY -> RunState.CLEANING;
      case COMPLETED_WITH_QUARANTINE,
          HELD_BY_QUARANTINE,
          ALREADY_COMPLETED,
          ROLLED_BACK,
          ROLLED_BACK_WITH_CONFLICTS,
          FAILED_AND_ROLLED_BACK ->
          throw new IllegalStateException("a cleanup does not end as " + outcome);
    };
  }

  @Override
  public RunState failedForNow(Exception failure) {
    return RunState.CLEANING;
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    JobSteps steps = new JobSteps(environment, launch, workers);
    Cleanup cleanup = new Cleanup(environment.dataSource(), migration, launch.waiter());
    return new JobBuilder(name(), environment.jobRepository())
        .start(steps.actionWithStep(StepName.PREFLIGHT, this::preflight).atEachLaunch())
        .next(steps.action(StepName.CLEANUP, cleanup::dropOldSide))
        .next(steps.action(StepName.DROP_JOURNAL, cleanup::dropJournal))
        .build();
  }

  /** Says what goes before anything does. The first launch's list is the whole one. */
  private void preflight(StepExecution step) {
    preflight.requireRunnable();
    List<String> drops = preflight.whatGoes();
    drops.forEach(line -> log.info("cleanup.drops migration={} {}", migration.id(), line));
    var context = step.getJobExecution().getExecutionContext();
    if (!context.containsKey(DROPPED)) {
      context.putString(DROPPED, String.join("\n", drops));
    }
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    return new CleanupSummary(environment, migration)
        .completed(
            entry, name(), parameters(run(entry), environment.ledger().attempt(migration.id())));
  }
}
