package dev.sluice.cli;

import dev.sluice.job.RunResult;
import dev.sluice.migration.TableName;
import dev.sluice.versions.Versions;
import dev.sluice.versions.Walk;
import java.io.PrintWriter;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes over what another tool applied. */
@Command(
    name = "import",
    description =
        "Takes over what the table of golang-migrate, goose, dbmate or Rails says was applied, for"
            + " the flat files of the directory. Runs nothing, and leaves that table as it is.")
final class LedgerImportCommand extends VersionsCommand {

  @Option(
      names = "--table",
      paramLabel = "TABLE",
      description =
          "where to read (default: schema_migrations or goose_db_version, whichever is there)")
  @Nullable String table;

  @Override
  void prepare() {
    from();
    super.prepare();
  }

  private @Nullable TableName from() {
    try {
      return table == null ? null : TableName.parse(table);
    } catch (IllegalArgumentException e) {
      throw new ErrorReport.UsageException("--table: " + e.getMessage());
    }
  }

  @Override
  int execute(Versions versions, DataSource dataSource) {
    Walk walk = versions.importFrom(from());
    PrintWriter out = spec.commandLine().getOut();
    walk.results().stream().map(RunResult::message).forEach(out::println);
    out.flush();
    return WalkCommand.print(spec.commandLine(), walk);
  }
}
