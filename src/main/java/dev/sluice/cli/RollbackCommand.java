package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.RunResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes the last run of a migration back. */
@Command(
    name = "rollback",
    description =
        "Takes a run back: every row that still holds what the run wrote gets its old values."
            + " Rows that the application has written since stay as they are, and are listed.")
final class RollbackCommand extends LaunchCommand {

  @Option(
      names = "--discard-changes",
      description =
          "drop added columns although the application has written values of its own there")
  boolean discardChanges;

  @Option(
      names = "--dry-run",
      description =
          "count what would happen to the rows, and what speaks against it; change nothing")
  boolean dryRun;

  @Override
  boolean showsProgress() {
    return !dryRun;
  }

  @Override
  RunResult launch(MigrationRunner runner, LoadedMigration migration, StopSignal stop) {
    return dryRun
        ? runner.dryRunRollback(migration, discardChanges, stop)
        : runner.rollback(migration, discardChanges, stop);
  }
}
