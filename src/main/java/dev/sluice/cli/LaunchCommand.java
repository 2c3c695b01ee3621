package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.RunResult;
import dev.sluice.postgres.CancellableDataSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Parameters;

/** A command that works on one migration. */
abstract class LaunchCommand extends DatabaseCommand {

  @Parameters(paramLabel = "ID", description = "the migration: its folder's name")
  String id = "";

  private @Nullable LoadedMigration migration;

  /** The definition as this launch wants it. */
  LoadedMigration tuned(LoadedMigration migration) {
    return migration;
  }

  /** Whether a progress bar helps. */
  boolean showsProgress() {
    return true;
  }

  abstract RunResult launch(MigrationRunner runner, LoadedMigration migration, StopSignal stop);

  @Override
  final void prepare() {
    migration = tuned(definitions.load(id));
  }

  @Override
  final int execute(ConfigurableApplicationContext context, StopSignal stop) {
    LoadedMigration prepared = Objects.requireNonNull(migration);
    try (ProgressDisplay display =
        new ProgressDisplay(context.getBean(CancellableDataSource.class), prepared.id())) {
      if (showsProgress()) {
        display.start();
      }
      MigrationRunner runner = context.getBean(MigrationRunner.class);
      return ResultReport.print(spec.commandLine(), launch(runner, prepared, stop));
    }
  }
}
