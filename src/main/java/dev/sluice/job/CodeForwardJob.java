package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.Script;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.core.task.TaskExecutor;

/** The job of a migration that is code of an application. */
final class CodeForwardJob extends ForwardJob {

  private static final Logger log = LoggerFactory.getLogger(CodeForwardJob.class);

  private final JobEnvironment environment;
  private final CodeMigration migration;
  private final MigrationCode code;

  CodeForwardJob(JobEnvironment environment, CodeMigration migration, MigrationCode code) {
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
  public RunResult completed(LedgerEntry entry) {
    return new CodeSummary(environment.dataSource(), migration).completed(name(), run(entry));
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    JobSteps steps = new JobSteps(environment, launch, workers);
    SimpleJobBuilder job =
        new JobBuilder(name(), environment.jobRepository())
            .start(steps.action(StepName.PREFLIGHT, this::noteIrreversible).atEachLaunch())
            .next(
                steps.action(
                    StepName.UP,
                    () -> steps.codeRunner(migration).run(migration, Script.Kind.UP, code.up())));
    if (code.validate() != null) {
      CodeChecks checks = new CodeChecks(environment, migration, code.validate());
      job.next(steps.action(StepName.VERIFY, () -> checks.verify(launch.run())));
    }
    return job.build();
  }

  private void noteIrreversible() {
    if (migration.irreversible() != null) {
      log.info(
          "preflight.note migration={} cannot be taken back: {}",
          migration.id(),
          migration.irreversible());
    }
  }
}
