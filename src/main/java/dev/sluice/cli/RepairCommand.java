package dev.sluice.cli;

import dev.sluice.job.RunResult;
import dev.sluice.versions.VersionList;
import dev.sluice.versions.Versions;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Examines what did not end well, and makes it ready to go on. */
@Command(
    name = "repair",
    description =
        "Examines each migration that did not end well: says which statements of its files are"
            + " applied, what is left half done, and the ways on. A dirty one becomes failed, which"
            + " 'run' and 'up' go on with. Runs none of the statements.")
final class RepairCommand extends VersionsCommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "only this migration, by its id or number")
  @Nullable String id;

  @Option(
      names = "--accept-changes",
      description = "take the files of applied migrations as they are now for those that ran")
  boolean acceptChanges;

  @Override
  int execute(Versions versions, DataSource dataSource) {
    VersionList list = versions.list();
    List<RunResult> results =
        id == null
            ? versions.repairAll(acceptChanges)
            : List.of(versions.repair(known(list, id), acceptChanges));
    if (results.isEmpty()) {
      spec.commandLine().getOut().println("nothing to repair");
      spec.commandLine().getOut().flush();
    }
    return results.stream()
        .mapToInt(result -> ResultReport.print(spec.commandLine(), result))
        .max()
        .orElse(ExitCode.DONE);
  }
}
