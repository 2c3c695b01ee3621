package dev.sluice.cli;

import dev.sluice.control.SluiceSchema;
import dev.sluice.definition.DefinitionException;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransactionPoolingException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Prints an operator's error as its message, a bug with its stack trace; both to standard error.
 */
final class ErrorReport implements IExecutionExceptionHandler {

  @Override
  public int handleExecutionException(
      Exception error, CommandLine commandLine, ParseResult parseResult) {
    PrintWriter err = commandLine.getErr();
    if (error instanceof DefinitionException || error instanceof UsageException) {
      err.println(error.getMessage());
      return ExitCode.USAGE;
    }
    if (error instanceof SluiceSchema.OtherVersionException
        || error instanceof TransactionPoolingException) {
      err.println(error.getMessage());
      return ExitCode.REFUSED;
    }
    if (SqlStates.of(error).isPresent() || SqlStates.isTransient(error)) {
      err.println("database: " + SqlStates.message(error));
      return ExitCode.FAILED;
    }
    return bug(err, error);
  }

  static int bug(PrintWriter err, Throwable error) {
    err.println("This is a bug in Sluice; the trace below is what a report of it needs.");
    error.printStackTrace(err);
    return ExitCode.BUG;
  }

  static int usage(ParameterException error, String[] args) {
    CommandLine commandLine = error.getCommandLine();
    PrintWriter err = commandLine.getErr();
    err.println(error.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(error, err);
    err.printf("See '%s --help'.%n", commandLine.getCommandSpec().qualifiedName());
    return ExitCode.USAGE;
  }

  /** An option's value that only a command itself can judge. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }
}
