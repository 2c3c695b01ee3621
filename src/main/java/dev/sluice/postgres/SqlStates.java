package dev.sluice.postgres;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;
import org.springframework.transaction.TransactionSystemException;

/**
 * Tells errors that pass by themselves from errors that come again.
 *
 * <p>Source of the codes: PostgreSQL documentation, appendix "PostgreSQL Error Codes".
 */
public final class SqlStates {

  public static final String LOCK_NOT_AVAILABLE = "55P03";
  public static final String QUERY_CANCELED = "57014";
  public static final String READ_ONLY_TRANSACTION = "25006";

  /**
   * Not transient, though space may come back: whatever does is the application's, and a retry
   * would take it.
   */
  public static final String DISK_FULL = "53100";

  private static final Set<String> TRANSIENT =
      Set.of(
          "40001", // serialization failure
          "40P01", // deadlock detected
          LOCK_NOT_AVAILABLE,
          "53200", // out of memory: what other sessions have of it, they give back
          "53300", // too many connections
          "57P01", // terminated by an administrator
          "57P02", // crash shutdown
          "57P03", // cannot connect now: starting or stopping
          READ_ONLY_TRANSACTION, // the primary has failed over
          "25P03"); // idle in transaction too long: our process was held up

  private SqlStates() {}

  /** The SQLSTATE nearest to the cause, if any error in the chain has one. */
  public static Optional<String> of(Throwable error) {
    String state = null;
    for (Throwable t = error; t != null; t = causeOf(t)) {
      if (t instanceof SQLException sql && sql.getSQLState() != null) {
        state = sql.getSQLState();
      }
    }
    return Optional.ofNullable(state);
  }

  /** Whether the same work may succeed later, in a new transaction or on a new connection. */
  public static boolean isTransient(Throwable error) {
    return of(error).filter(SqlStates::isTransient).isPresent()
        || causedBy(error, SQLTransientException.class)
        || causedBy(error, SQLRecoverableException.class)
        || isFailedRollback(error);
  }

  /**
   * ROLLBACK after a failed COMMIT failed as well, as it does on a lost connection. Spring throws
   * this second error only; it has no SQLSTATE when the pool has closed the connection.
   */
  private static boolean isFailedRollback(Throwable error) {
    for (Throwable t = error; t != null; t = causeOf(t)) {
      if (t instanceof TransactionSystemException failed
          && failed.getApplicationException() == null
          && t.getCause() instanceof SQLException rollback
          && rollback.getSQLState() == null) {
        return true;
      }
    }
    return false;
  }

  static boolean isTransient(String state) {
    return state.startsWith("08") || TRANSIENT.contains(state);
  }

  /** A timeout of ours ended the statement: {@code lock_timeout} or {@code statement_timeout}. */
  public static boolean isTimeout(Throwable error) {
    return of(error)
        .filter(s -> s.equals(LOCK_NOT_AVAILABLE) || s.equals(QUERY_CANCELED))
        .isPresent();
  }

  /** A lock was waited for in vain; the row or table is another session's. */
  public static boolean isLockTimeout(Throwable error) {
    return of(error).filter(LOCK_NOT_AVAILABLE::equals).isPresent();
  }

  /**
   * What PostgreSQL said, without the wrapping of Spring: {@code ERROR: … [23505]}. Its detail
   * lines are left out, because they quote the values of rows, and so is the text of class 22 and
   * of what a user's function raises.
   */
  public static String message(Throwable error) {
    Throwable nearest = error;
    for (Throwable t = error; t != null; t = causeOf(t)) {
      // a pool wraps the driver's error in one of its own, which says less
      if (t instanceof SQLException || !(nearest instanceof SQLException)) {
        nearest = t;
      }
    }
    String text = text(nearest);
    return of(error).map(state -> text + " [" + state + "]").orElse(text);
  }

  private static String text(Throwable error) {
    if (error instanceof PSQLException said && said.getServerErrorMessage() != null) {
      ServerErrorMessage parts = said.getServerErrorMessage();
      if (Raised.isRaised(parts)) {
        return parts.getSeverity()
            + ": a trigger or function of the database raised it (the message may quote a row, left out)";
      }
      if (String.valueOf(parts.getSQLState()).startsWith("22")) {
        return parts.getSeverity() + ": a value is refused (the message may quote it, left out)";
      }
      String hint = parts.getHint() == null ? "" : "\n  Hint: " + parts.getHint();
      return parts.getSeverity() + ": " + parts.getMessage() + hint;
    }
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }

  private static boolean causedBy(Throwable error, Class<?> type) {
    for (Throwable t = error; t != null; t = causeOf(t)) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  /**
   * On a connection that died, ROLLBACK fails too. What went wrong is the error before it; the
   * failed ROLLBACK's own says "Connection is closed" and has no SQLSTATE.
   */
  private static @Nullable Throwable causeOf(Throwable error) {
    return error instanceof TransactionSystemException failed
            && failed.getApplicationException() != null
        ? failed.getApplicationException()
        : error.getCause();
  }
}
