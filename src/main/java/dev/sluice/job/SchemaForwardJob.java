package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.builder.SimpleJobBuilder;
import org.springframework.core.task.TaskExecutor;

/** The job of a migration that has SQL files only. */
final class SchemaForwardJob extends ForwardJob {

  private final JobEnvironment environment;
  private final SchemaMigration migration;

  SchemaForwardJob(JobEnvironment environment, SchemaMigration migration) {
    super(environment);
    this.environment = environment;
    this.migration = migration;
  }

  @Override
  public SchemaMigration migration() {
    return migration;
  }

  @Override
  public RunResult completed(LedgerEntry entry) {
    return new SchemaSummary(environment, migration).completed(name());
  }

  @Override
  public Job build(Launch launch, TaskExecutor workers) {
    JobSteps steps = new JobSteps(environment, launch, workers);
    ScriptRunner scripts =
        new ScriptRunner(environment.dataSource(), launch.waiter(), ScriptSettings.DEFAULT);
    SchemaPreflight preflight = new SchemaPreflight(migration);
    SimpleJobBuilder job =
        new JobBuilder(name(), environment.jobRepository())
            .start(
                steps
                    .action(
                        StepName.PREFLIGHT, () -> preflight.requireRunnable(preflight.wayForth()))
                    .atEachLaunch());
    for (Script script : preflight.wayForth()) {
      job.next(steps.action(StepName.of(script.kind()), () -> scripts.run(migration.id(), script)));
    }
    return job.build();
  }
}
