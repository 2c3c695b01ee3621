package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.RunResult;
import dev.sluice.postgres.CancellableDataSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * A command that works on one migration in the database until it is over, or until a signal comes:
 * that is a stop from before Spring starts, so that no moment answers it with the JVM's own 143.
 */
@Command(mixinStandardHelpOptions = true)
abstract class LaunchCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();
  @Mixin DefinitionOptions definitions = new DefinitionOptions();

  @Parameters(paramLabel = "ID", description = "the migration: its folder's name")
  String id = "";

  @Option(names = "--spring-argument", hidden = true)
  List<String> springArguments = List.of();

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
  public Integer call() {
    LoadedMigration migration = tuned(definitions.load(id));
    StopSignal stop = new StopSignal();
    try (SignalHandler signals = SignalHandler.install(stop);
        ConfigurableApplicationContext context =
            database.open(springArguments.toArray(new String[0]))) {
      CancellableDataSource dataSource = context.getBean(CancellableDataSource.class);
      signals.cancelBy(dataSource::cancelRunning);
      try (ProgressDisplay display = new ProgressDisplay(dataSource, migration.id())) {
        if (showsProgress()) {
          display.start();
        }
        MigrationRunner runner = context.getBean(MigrationRunner.class);
        int code = ResultReport.print(spec.commandLine(), launch(runner, migration, stop));
        signals.exitWith(code);
        return code;
      }
    }
  }
}
