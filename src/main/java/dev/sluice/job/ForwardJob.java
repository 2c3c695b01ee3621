package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.Migration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.core.task.TaskExecutor;

/** The job that carries a migration out: preflight to verify. */
final class ForwardJob implements MigrationJob {

  private final JobEnvironment environment;
  private final Ledger ledger;
  private final Migration migration;
  private final @Nullable RowTransformer transformer;

  /**
   * @param transformer of a {@code transform:}; null for other changes
   */
  ForwardJob(
      JobEnvironment environment,
      Ledger ledger,
      Migration migration,
      @Nullable RowTransformer transformer) {
    this.environment = environment;
    this.ledger = ledger;
    this.migration = migration;
    this.transformer = transformer;
  }

  @Override
  public Migration migration() {
    return migration;
  }

  @Override
  public String name() {
    return migration.id().value();
  }

  @Override
  public JobParameters parameters(long run) {
    return new JobParametersBuilder()
        .addLong("run", run, true)
        .addLong("chunkRows", (long) migration.tuning().chunk().rows(), false)
        .addLong("workers", (long) migration.tuning().workers(), false)
        .toJobParameters();
  }

  @Override
  public Optional<RunResult> withoutLaunch(LedgerEntry entry) {
    if (entry.state() != RunState.COMPLETED) {
      return Optional.empty();
    }
    return Optional.of(
        entry.checksum().equals(migration.checksum())
            ? RunResult.of(
                migration.id(),
                Outcome.ALREADY_COMPLETED,
                "%s: completed at %s, nothing to do".formatted(migration.id(), entry.endedAt()))
            : RunResult.of(migration.id(), Outcome.REFUSED, changedSince(entry)));
  }

  private String changedSince(LedgerEntry entry) {
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

  @Override
  public RunState running() {
    return RunState.RUNNING;
  }

  @Override
  public RunState ended(Outcome outcome) {
    return switch (outcome) {
      case COMPLETED, ALREADY_COMPLETED -> RunState.COMPLETED;
      case STOPPED -> RunState.STOPPED;
      case REFUSED, FAILED, VERIFICATION_FAILED, BUSY -> RunState.FAILED;
    };
  }

  @Override
  public RunResult completed() {
    return new RunSummary(environment.dataSource(), ledger).completed(migration.id());
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    MigrationChecks checks =
        new MigrationChecks(environment, migration, transformer, launch.run(), launch.waiter());
    ScriptRunner scripts =
        new ScriptRunner(environment.dataSource(), launch.waiter(), ScriptSettings.DEFAULT);
    Backfill backfill = backfill(launch, workers);
    return new JobBuilder(name(), repository())
        .start(action(StepName.PREFLIGHT, checks::preflight).atEachLaunch())
        .next(action(StepName.EXPAND, () -> run(scripts, Script.Kind.EXPAND_UP)))
        .next(action(StepName.PREFLIGHT_DATA, checks::preflightData).atEachLaunch())
        .next(partitioned(backfill, workers))
        .next(backfill.sweepStep(StepName.SWEEP.label()))
        .next(action(StepName.CONSTRAIN, () -> run(scripts, Script.Kind.CONSTRAIN_UP)))
        .next(action(StepName.VERIFY, checks::verify))
        .build();
  }

  private Backfill backfill(Launch launch, TaskExecutor workers) {
    return new Backfill(
        new Backfill.Environment(
            environment.dataSource(),
            environment.transactionManager(),
            repository(),
            launch.waiter()),
        migration,
        transformer,
        new Backfill.RunContext(launch.run(), launch.epoch(), launch::checkBoundary, workers));
  }

  private Step partitioned(Backfill backfill, TaskExecutor workers) {
    return new StepBuilder(StepName.BACKFILL.label(), repository())
        .partitioner(StepName.WORKER, backfill.partitioner())
        .step(backfill.workerStep(StepName.WORKER))
        .gridSize(migration.tuning().workers())
        .taskExecutor(workers)
        .build();
  }

  private ActionStep action(StepName name, ActionStep.Action action) {
    return new ActionStep(name.label(), repository(), action);
  }

  private void run(ScriptRunner scripts, Script.Kind kind) {
    migration.script(kind).ifPresent(script -> scripts.run(migration.id(), script));
  }

  private JobRepository repository() {
    return environment.jobRepository();
  }
}
