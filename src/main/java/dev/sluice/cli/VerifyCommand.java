package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.MigrationRunner;
import dev.sluice.migration.Migration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.CancellableDataSource;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The checks of a migration again, at any time. */
@Command(
    name = "verify",
    description = "Checks a migration's result again, and stores the certificate. Changes no row.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();
  @Mixin DefinitionOptions definitions = new DefinitionOptions();

  @Parameters(paramLabel = "ID", description = "the migration: its folder's name")
  String id = "";

  @Override
  public Integer call() {
    Migration migration = definitions.load(id);
    RowTransformer transformer = definitions.transformer(migration);
    try (ConfigurableApplicationContext context = database.open()) {
      StopSignal stop = new StopSignal();
      try (SignalHandler signals =
          SignalHandler.install(
              stop, context.getBean(CancellableDataSource.class)::cancelRunning)) {
        MigrationRunner runner = context.getBean(MigrationRunner.class);
        int code =
            ResultReport.print(spec.commandLine(), runner.verify(migration, transformer, stop));
        signals.exitWith(code);
        return code;
      }
    }
  }
}
