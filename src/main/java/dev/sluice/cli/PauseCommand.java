package dev.sluice.cli;

import dev.sluice.control.CommandAnswer;
import dev.sluice.control.LiveControl;
import dev.sluice.migration.MigrationId;
import picocli.CommandLine.Command;

/** Holds a migration back. */
@Command(
    name = "pause",
    description =
        "Holds a migration back before its next chunk, from any machine, with no transaction open;"
            + " later launches too, until 'resume'.")
final class PauseCommand extends LiveCommand {

  @Override
  boolean isForLaunchesToCome() {
    return true;
  }

  @Override
  CommandAnswer give(LiveControl control, MigrationId id) {
    return control.pause(id);
  }
}
