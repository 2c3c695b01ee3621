package dev.sluice.cli;

import dev.sluice.job.RunResult;
import java.io.PrintWriter;
import picocli.CommandLine;

/** Prints how a launch ended: a success to standard output, all else to standard error. */
final class ResultReport {

  private ResultReport() {}

  /** Returns the exit code. */
  static int print(CommandLine commandLine, RunResult result) {
    PrintWriter err = commandLine.getErr();
    if (result.bug() != null) {
      err.println(result.message());
      return ErrorReport.bug(err, result.bug());
    }
    int code = ExitCode.of(result.outcome());
    boolean done = code == ExitCode.DONE || code == ExitCode.DONE_WITH_ROWS_LEFT;
    PrintWriter to = done ? commandLine.getOut() : err;
    to.println(result.message());
    to.flush();
    return code;
  }
}
