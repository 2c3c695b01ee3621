package dev.sluice.cli;

import dev.sluice.versions.Versions;
import dev.sluice.versions.Walk;
import dev.sluice.versions.WalkListener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Takes the last migrations back. */
@Command(
    name = "down",
    description =
        "Takes the last applied migrations back, the highest first. The first that does not"
            + " succeed ends it.")
final class DownCommand extends WalkCommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "N",
      defaultValue = "1",
      description = "how many at most (default: ${DEFAULT-VALUE})")
  int count;

  @Override
  void prepare() {
    Counts.requireSome(count);
    super.prepare();
  }

  @Override
  Walk walk(Versions versions, WalkListener listener) {
    return versions.down(count, listener);
  }
}
