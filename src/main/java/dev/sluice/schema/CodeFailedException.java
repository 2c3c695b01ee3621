package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SqlStates;

/**
 * Code of a migration failed, and its transaction was rolled back. The message is for the operator,
 * as it is; of an error that the database did not raise it tells the type and the place only,
 * because its text may quote a row.
 */
public final class CodeFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private CodeFailedException(String message) {
    super(message);
  }

  private CodeFailedException(String message, Throwable cause) {
    super(message, cause);
  }

  static CodeFailedException of(MigrationId id, String function, Exception error) {
    String message =
        """
        %s: %s: %s
        Its transaction was rolled back, nothing of it is applied. Correct the cause, and run it again."""
            .formatted(id, function, said(error));
    if (SqlStates.of(error).isPresent()) {
      return new CodeFailedException(message, error);
    }
    CodeFailedException failed = new CodeFailedException(message);
    failed.setStackTrace(error.getStackTrace());
    return failed;
  }

  static CodeFailedException endedItsTransaction(MigrationId id, String function) {
    return new CodeFailedException(
        """
        %s: %s ended the transaction that it was given, by COMMIT or ROLLBACK: what it did before \
        may stay, and nothing tells that it ran.
        Take that out of it, put right by hand what stays, and run it again."""
            .formatted(id, function));
  }

  /** What an error may tell of itself: nothing that could be a row's content. */
  static String said(Exception error) {
    return SqlStates.of(error).isPresent()
        ? SqlStates.message(error)
        : "threw " + error.getClass().getName() + place(error);
  }

  private static String place(Exception error) {
    for (StackTraceElement frame : error.getStackTrace()) {
      if (!frame.getClassName().startsWith("java.")) {
        return " at %s:%d".formatted(frame.getFileName(), frame.getLineNumber());
      }
    }
    return "";
  }
}
