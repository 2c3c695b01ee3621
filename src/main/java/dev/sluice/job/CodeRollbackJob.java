package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.Script;
import dev.sluice.schema.CodeRunner;
import java.util.List;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.core.task.TaskExecutor;

/** The job that takes a migration back that is code of an application. */
final class CodeRollbackJob extends RollbackJob {

  private final JobEnvironment environment;
  private final CodeMigration migration;
  private final MigrationCode code;

  CodeRollbackJob(JobEnvironment environment, CodeMigration migration, MigrationCode code) {
    super(environment);
    this.environment = environment;
    this.migration = migration;
    this.code = code;
  }

  @Override
  public CodeMigration migration() {
    return migration;
  }

  @Override
  List<String> refusals(LedgerEntry entry) {
    return code.down() == null
        ? List.of("cannot be taken back: %s".formatted(migration.irreversible()))
        : List.of();
  }

  @Override
  List<String> forecast(LedgerEntry entry) {
    boolean hasRun =
        new CodeRunner(environment.dataSource(), duration -> {}, jdbc -> {}).hasRun(migration.id());
    return hasRun ? List.of("would run down in one transaction") : List.of();
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    JobSteps steps = new JobSteps(environment, launch, workers);
    return new JobBuilder(name(), environment.jobRepository())
        .start(steps.action(StepName.DOWN, () -> takeBack(steps.codeRunner(migration))))
        .build();
  }

  private void takeBack(CodeRunner runner) {
    if (code.down() != null && runner.hasRun(migration.id())) {
      runner.run(migration, Script.Kind.DOWN, code.down());
    }
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    return new CodeSummary(environment.dataSource(), migration).rolledBack(name(), run(entry));
  }
}
