package dev.sluice.cli;

import dev.sluice.control.CommandAnswer;
import dev.sluice.control.LiveControl;
import dev.sluice.migration.MigrationId;
import picocli.CommandLine.Command;

/** Ends the process that works on a migration, as SIGTERM does. */
@Command(
    name = "stop",
    description =
        "Ends the process that works on a migration, wherever it runs, after its chunk. It exits"
            + " with 4; the same command again goes on.")
final class StopCommand extends LiveCommand {

  @Override
  CommandAnswer give(LiveControl control, MigrationId id) {
    return control.stop(id);
  }
}
