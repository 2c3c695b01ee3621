package dev.sluice.cli;

import dev.sluice.control.CommandAnswer;
import dev.sluice.control.LiveControl;
import dev.sluice.migration.MigrationId;
import picocli.CommandLine.Command;

/** Ends a pause. */
@Command(name = "resume", description = "Lets a paused migration go on.")
final class ResumeCommand extends LiveCommand {

  @Override
  CommandAnswer give(LiveControl control, MigrationId id) {
    return control.resume(id);
  }
}
