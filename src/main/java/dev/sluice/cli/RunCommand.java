package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.RunOptions;
import dev.sluice.job.RunResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts a migration, or goes on where it ended. */
@Command(
    name = "run",
    description = "Starts a migration, or goes on from its last chunk. A completed one says so.")
final class RunCommand extends LaunchCommand {

  @Option(names = "--chunk-rows", paramLabel = "N", description = "most rows a chunk, 100 to 1000")
  @Nullable Integer chunkRows;

  @Option(names = "--workers", paramLabel = "N", description = "parallel workers, 1 to 32")
  @Nullable Integer workers;

  @Option(
      names = "--skip",
      paramLabel = "N",
      description = "bad rows set aside before the run fails, 0 to 100000")
  @Nullable Integer skip;

  @Option(
      names = "--dry-run",
      description = "check everything and say what would happen; change nothing")
  boolean dryRun;

  @Override
  LoadedMigration tuned(LoadedMigration migration) {
    try {
      return new RunOptions(chunkRows, workers, skip).applyTo(migration);
    } catch (IllegalArgumentException e) {
      throw new ErrorReport.UsageException(e.getMessage() + ". See 'sluice run --help'.");
    }
  }

  @Override
  boolean showsProgress() {
    return !dryRun;
  }

  @Override
  RunResult launch(MigrationRunner runner, LoadedMigration migration, StopSignal stop) {
    return dryRun ? runner.dryRun(migration, stop) : runner.run(migration, stop);
  }
}
