package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskExecutor;

/** What the jobs are made of that change rows forth, for one launch. */
final class DataSteps {

  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;
  private final JobSteps steps;
  private final MigrationChecks checks;
  private final ScriptRunner scripts;
  private final Expansion expansion;

  /**
   * @param transformer of a {@code transform:}; null for other changes
   * @param workers its threads are the migration's workers
   */
  DataSteps(
      JobEnvironment environment,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      Launch launch,
      TaskExecutor workers) {
    this.migration = migration;
    this.transformer = transformer;
    this.steps = new JobSteps(environment, launch, workers);
    this.checks =
        new MigrationChecks(
            environment, migration, transformer, launch.run(), launch.windowWaiter());
    this.scripts =
        new ScriptRunner(environment.dataSource(), launch.waiter(), ScriptSettings.DEFAULT);
    this.expansion =
        new Expansion(environment.dataSource(), migration, launch.run(), scripts, launch.waiter());
  }

  JobSteps steps() {
    return steps;
  }

  MigrationChecks checks() {
    return checks;
  }

  ScriptRunner scripts() {
    return scripts;
  }

  Expansion expansion() {
    return expansion;
  }

  /** Over the rows under the guard. */
  Backfill guarded() {
    return Backfill.forward(
        steps.backfillEnvironment(), migration, transformer, steps.runContext());
  }

  /** Over the log of captured keys. */
  Backfill captured() {
    return Backfill.captured(
        steps.backfillEnvironment(), migration, transformer, steps.runContext());
  }
}
