package dev.sluice.cli;

import dev.sluice.control.StopSignal;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.MigrationRunner;
import dev.sluice.job.RunResult;
import picocli.CommandLine.Command;

/** The checks of a migration again, at any time. */
@Command(
    name = "verify",
    description = "Checks a migration's result again, and stores the certificate. Changes no row.")
final class VerifyCommand extends LaunchCommand {

  @Override
  boolean showsProgress() {
    return false;
  }

  @Override
  RunResult launch(MigrationRunner runner, LoadedMigration migration, StopSignal stop) {
    return runner.verify(migration, stop);
  }
}
