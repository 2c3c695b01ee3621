package dev.sluice.cli;

import dev.sluice.versions.Versions;
import dev.sluice.versions.Walk;
import dev.sluice.versions.WalkListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes the database to a version, up or down. */
@Command(
    name = "goto",
    description = "Takes back what is above a migration, then runs what is not applied up to it.")
final class GotoCommand extends WalkCommand {

  @Parameters(paramLabel = "ID", description = "the migration, by its id or number")
  String id = "";

  @Override
  Walk walk(Versions versions, WalkListener listener) {
    return versions.goTo(known(versions.list(), id), listener);
  }
}
