package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.RunOptions;
import dev.sluice.migration.Migration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.CancellableDataSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts a migration, or goes on where it ended. */
@Command(
    name = "run",
    description = "Starts a migration, or goes on from its last chunk. A completed one says so.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

  @Spec CommandSpec spec = CommandSpec.create();
  @Mixin DatabaseOptions database = new DatabaseOptions();
  @Mixin DefinitionOptions definitions = new DefinitionOptions();

  @Parameters(paramLabel = "ID", description = "the migration: its folder's name")
  String id = "";

  @Option(names = "--chunk-rows", paramLabel = "N", description = "most rows a chunk, 100 to 1000")
  @Nullable Integer chunkRows;

  @Option(names = "--workers", paramLabel = "N", description = "parallel workers, 1 to 32")
  @Nullable Integer workers;

  @Option(
      names = "--dry-run",
      description = "check everything and say what would happen; change nothing")
  boolean dryRun;

  @Option(names = "--spring-argument", hidden = true)
  List<String> springArguments = List.of();

  @Override
  public Integer call() {
    Migration migration = tuned(definitions.load(id));
    RowTransformer transformer = definitions.transformer(migration);
    try (ConfigurableApplicationContext context =
        database.open(springArguments.toArray(new String[0]))) {
      MigrationRunner runner = context.getBean(MigrationRunner.class);
      if (dryRun) {
        return ResultReport.print(spec.commandLine(), runner.dryRun(migration));
      }
      return run(runner, context.getBean(CancellableDataSource.class), migration, transformer);
    }
  }

  private Migration tuned(Migration migration) {
    try {
      return new RunOptions(chunkRows, workers).applyTo(migration);
    } catch (IllegalArgumentException e) {
      throw new ErrorReport.UsageException(e.getMessage() + ". See 'sluice run --help'.");
    }
  }

  private int run(
      MigrationRunner runner,
      CancellableDataSource dataSource,
      Migration migration,
      @Nullable RowTransformer transformer) {
    StopSignal stop = new StopSignal();
    try (SignalHandler signals = SignalHandler.install(stop, dataSource::cancelRunning);
        ProgressDisplay display = new ProgressDisplay(dataSource, migration.id())) {
      display.start();
      int code = ResultReport.print(spec.commandLine(), runner.run(migration, transformer, stop));
      signals.exitWith(code);
      return code;
    }
  }
}
