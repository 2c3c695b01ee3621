package dev.sluice.postgres;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What the server said about a statement.
 *
 * @param message the primary message, one line
 * @param detail further explanation, which may quote a row; empty: none
 * @param position of the error in the statement, in characters from 1; 0: not told
 * @param raised by a user's function, so that the message is the user's
 */
public record ServerError(
    String sqlState, String message, String detail, int position, boolean raised) {

  public static final String UNDEFINED_COLUMN = "42703";
  public static final String INSUFFICIENT_PRIVILEGE = "42501";

  /** Empty if the error did not come from the server. */
  public static Optional<ServerError> of(Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof PSQLException fromDriver) {
        return Optional.ofNullable(fromDriver.getServerErrorMessage()).map(ServerError::of);
      }
    }
    return Optional.empty();
  }

  private static ServerError of(ServerErrorMessage message) {
    return new ServerError(
        orEmpty(message.getSQLState()),
        orEmpty(message.getMessage()),
        orEmpty(message.getDetail()),
        message.getPosition(),
        Raised.isRaised(message));
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  /** Caused by the statement's text or by privileges: the data has no part in it. */
  public boolean isAboutTheStatement() {
    return sqlState.startsWith("42") || sqlState.startsWith("0A");
  }

  /** A value in the data is at fault, also one that a user's function refused. */
  public boolean isAboutAValue() {
    return sqlState.startsWith("22")
        || sqlState.startsWith("23")
        || (raised && Raised.mayBeOfARow(sqlState));
  }

  /** The message, which may quote a value of a row, and the SQLSTATE. */
  public String text() {
    return "%s [%s]".formatted(message, sqlState);
  }

  /**
   * For reports over rows that no one asked to see: the message only where no value stands in it.
   */
  public String textWithoutValues() {
    return raised || isAboutAValue()
        ? "a value is refused, SQLSTATE %s (the message may quote it and is left out)"
            .formatted(sqlState)
        : text();
  }
}
