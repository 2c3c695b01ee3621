package dev.sluice.cli;

import dev.sluice.control.RunState;
import dev.sluice.versions.Versions;
import java.util.Arrays;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sets a migration's state by hand. */
@Command(
    name = "force",
    description =
        "Sets a migration's state in the ledger without running anything, because you know what is"
            + " in the database. What you say is kept in the history.")
final class ForceCommand extends VersionsCommand {

  @Parameters(index = "0", paramLabel = "ID", description = "the migration, by its id or number")
  String id = "";

  @Parameters(
      index = "1",
      paramLabel = "STATE",
      description = "pending, stopped, failed, completed, rolled_back or cleaned")
  String state = "";

  @Option(
      names = "--discard-journal",
      description = "forget the old values of the rows where the migration is to begin anew")
  boolean discardJournal;

  @Override
  void prepare() {
    wanted();
    super.prepare();
  }

  private RunState wanted() {
    return RunState.find(state)
        .filter(RunState::mayBeForced)
        .orElseThrow(
            () ->
                new ErrorReport.UsageException(
                    "STATE must be one of %s, got '%s'. What means a process at work is not for people to say."
                        .formatted(forcible(), state)));
  }

  private static String forcible() {
    return Arrays.stream(RunState.values())
        .filter(RunState::mayBeForced)
        .map(RunState::label)
        .collect(Collectors.joining(", "));
  }

  @Override
  int execute(Versions versions, DataSource dataSource) {
    return ResultReport.print(
        spec.commandLine(), versions.force(known(versions.list(), id), wanted(), discardJournal));
  }
}
