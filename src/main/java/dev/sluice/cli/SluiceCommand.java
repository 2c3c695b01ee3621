package dev.sluice.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: {@code sluice COMMAND}. */
@Command(
    name = "sluice",
    description =
        "Changes the data in live PostgreSQL tables: resumable, verified, in small chunks.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      RollbackCommand.class,
      CleanupCommand.class,
      StatusCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      StopCommand.class,
      TuneCommand.class,
      VerifyCommand.class,
      QuarantineCommand.class,
      UpCommand.class,
      DownCommand.class,
      GotoCommand.class,
      VersionCommand.class,
      HistoryCommand.class,
      ForceCommand.class,
      RepairCommand.class,
      LedgerCommand.class,
      DemoCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done, or nothing to do",
      "1:a bug",
      "2:wrong usage or definition",
      "3:refused by preflight, before a further change",
      "4:stopped by an operator; run again to go on",
      "5:failed; run again to go on",
      "6:verification failed",
      "7:another process runs it",
      "8:done, with rows left that need a person: in quarantine, or conflicts of a rollback",
      "9:failed and rolled back"
    })
public final class SluiceCommand implements Runnable {

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Runs the program and returns its exit code. */
  public static int execute(String... args) {
    return commandLine().execute(BootArguments.toCommand(args));
  }

  /**
   * Runs the program for a caller that wants its answer.
   *
   * @param out gets results
   * @param err gets errors; logs and progress go to {@code System.err} all the same
   */
  public static int execute(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(BootArguments.toCommand(args));
  }

  private static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new SluiceCommand());
    commandLine.setExecutionExceptionHandler(new ErrorReport());
    commandLine.setParameterExceptionHandler(ErrorReport::usage);
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    commandLine.setUsageHelpAutoWidth(true);
    return commandLine;
  }
}
