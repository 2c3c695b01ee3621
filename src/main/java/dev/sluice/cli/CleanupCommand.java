package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.RunResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Drops what only a rollback needs. */
@Command(
    name = "cleanup",
    description =
        "Drops the old side of a completed migration for good: what cleanup.up.sql names, and the"
            + " undo journal last. The result is verified once more before.")
final class CleanupCommand extends LaunchCommand {

  @Option(
      names = "--confirm",
      paramLabel = "ID",
      description = "the same id again: nothing is dropped without it")
  @Nullable String confirmed;

  @Option(
      names = "--dry-run",
      description = "say what would go, how large it is, and from when on; drop nothing")
  boolean dryRun;

  @Override
  boolean showsProgress() {
    return false;
  }

  @Override
  RunResult launch(MigrationRunner runner, LoadedMigration migration, StopSignal stop) {
    return dryRun
        ? runner.cleanupDryRun(migration, stop)
        : runner.cleanup(migration, confirmed, stop);
  }
}
