package dev.sluice.cli;

import dev.sluice.versions.Versions;
import dev.sluice.versions.Walk;
import dev.sluice.versions.WalkListener;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs the migrations that are not applied, in order. */
@Command(
    name = "up",
    description =
        "Runs the migrations that are not applied yet, in the order of their numbers, each after"
            + " what it depends on. The first that does not succeed ends it.")
final class UpCommand extends WalkCommand {

  @Parameters(arity = "0..1", paramLabel = "N", description = "how many at most (default: all)")
  @Nullable Integer count;

  @Option(names = "--to", paramLabel = "ID", description = "up to this one, by its id or number")
  @Nullable String to;

  @Override
  void prepare() {
    if (count != null && to != null) {
      throw new ErrorReport.UsageException("N and --to say both how far: give one of them");
    }
    if (count != null) {
      Counts.requireSome(count);
    }
    super.prepare();
  }

  @Override
  Walk walk(Versions versions, WalkListener listener) {
    return to == null
        ? versions.up(count == null ? Integer.MAX_VALUE : count, listener)
        : versions.upTo(known(versions.list(), to), listener);
  }
}
