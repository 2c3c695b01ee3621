package dev.sluice.cli;

import dev.sluice.job.RunResult;
import dev.sluice.migration.MigrationId;
import dev.sluice.versions.Versions;
import dev.sluice.versions.Walk;
import dev.sluice.versions.WalkListener;
import java.io.PrintWriter;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/** A command that takes the database from one version to another. */
abstract class WalkCommand extends VersionsCommand {

  abstract Walk walk(Versions versions, WalkListener listener);

  @Override
  final int execute(Versions versions, DataSource dataSource) {
    Walk walk;
    try (Report report = new Report(dataSource)) {
      walk = walk(versions, report);
    }
    return print(spec.commandLine(), walk);
  }

  /** Prints how far it came, and returns the exit code. */
  static int print(CommandLine commandLine, Walk walk) {
    int code = ExitCode.of(walk.outcome());
    PrintWriter to = code == ExitCode.DONE ? commandLine.getOut() : commandLine.getErr();
    to.println(walk.message());
    to.flush();
    return code;
  }

  /** Prints each migration's result as it ends, with its progress before. */
  private final class Report implements WalkListener, AutoCloseable {

    private final DataSource dataSource;
    private @Nullable ProgressDisplay display;

    Report(DataSource dataSource) {
      this.dataSource = dataSource;
    }

    @Override
    public void note(String note) {
      PrintWriter err = spec.commandLine().getErr();
      err.println("note: " + note);
      err.flush();
    }

    @Override
    public void begins(MigrationId id) {
      display = new ProgressDisplay(dataSource, id);
      display.start();
    }

    @Override
    public void ended(RunResult result) {
      close();
      ResultReport.print(spec.commandLine(), result);
    }

    @Override
    public void close() {
      if (display != null) {
        display.close();
        display = null;
      }
    }
  }
}
