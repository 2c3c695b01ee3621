package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.MigrationRunner;
import dev.sluice.migration.Migration;
import dev.sluice.postgres.CancellableDataSource;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes the last run of a migration back. */
@Command(
    name = "rollback",
    description =
        "Takes a run back: every row that still holds what the run wrote gets its old values."
            + " Rows that the application has written since stay as they are, and are listed.",
    mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();
  @Mixin DefinitionOptions definitions = new DefinitionOptions();

  @Parameters(paramLabel = "ID", description = "the migration: its folder's name")
  String id = "";

  @Option(
      names = "--discard-changes",
      description =
          "drop added columns although the application has written values of its own there")
  boolean discardChanges;

  @Override
  public Integer call() {
    Migration migration = definitions.load(id);
    try (ConfigurableApplicationContext context = database.open()) {
      MigrationRunner runner = context.getBean(MigrationRunner.class);
      CancellableDataSource dataSource = context.getBean(CancellableDataSource.class);
      StopSignal stop = new StopSignal();
      try (SignalHandler signals = SignalHandler.install(stop, dataSource::cancelRunning);
          ProgressDisplay display = new ProgressDisplay(dataSource, migration.id())) {
        display.start();
        int code =
            ResultReport.print(
                spec.commandLine(), runner.rollback(migration, discardChanges, stop));
        signals.exitWith(code);
        return code;
      }
    }
  }
}
