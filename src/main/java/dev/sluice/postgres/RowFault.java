package dev.sluice.postgres;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Why a row cannot be changed: a fault of its own, which comes again however often it is tried, and
 * which other rows do not have.
 *
 * <p>Holds no value of the row: PostgreSQL quotes them in messages of class 22, and a user's
 * function may in whatever it raises.
 *
 * @param sqlState null: an exception from Java
 * @param message one line
 * @param constraint that the row violates; null: none
 */
public record RowFault(@Nullable String sqlState, String message, @Nullable String constraint) {

  /**
   * Of a value (22), a constraint (23), a view's check option (44), and PL/pgSQL's own (P0). Not
   * 25, 42, 53, 57: the transaction, the statement, the server are no row's fault.
   */
  private static final Set<String> CLASSES = Set.of("22", "23", "44", "P0");

  /** Of other classes: a sub-select with two rows for this one; a value too long for an index. */
  private static final Set<String> STATES = Set.of("21000", "54000");

  /**
   * What the states of class 22 mean that migrations meet, as the appendix of the manual has it.
   */
  private static final Map<String, String> MEANINGS =
      Map.of(
          "22001", "a value is too long for its type",
          "22003", "a number is out of its type's range",
          "22007", "a date or time cannot be read",
          "22008", "a date or time is out of range",
          "22012", "division by zero",
          "22P02", "a text is no value of the type",
          "22P05", "a character has no equivalent in the encoding");

  private static final String LEFT_OUT = "(the message may quote it, left out)";

  /** The fault that the server found; empty: the error is no row's. */
  public static Optional<RowFault> of(Throwable error) {
    ServerErrorMessage said = said(error);
    String state = said == null ? null : said.getSQLState();
    return said == null || state == null || !isRowFault(said, state)
        ? Optional.empty()
        : Optional.of(new RowFault(state, message(said, state), said.getConstraint()));
  }

  /** An exception from Java; the text without values of the row. */
  public static RowFault inJava(String message) {
    return new RowFault(null, message, null);
  }

  /** A RAISE may have any SQLSTATE: users make up their own. */
  private static boolean isRowFault(ServerErrorMessage said, String state) {
    return CLASSES.contains(state.substring(0, 2))
        || STATES.contains(state)
        || (Raised.isRaised(said) && Raised.mayBeOfARow(state));
  }

  private static String message(ServerErrorMessage said, String state) {
    if (Raised.isRaised(said)) {
      return "a trigger or function of the database refuses the row " + LEFT_OUT;
    }
    if (state.startsWith("22")) {
      return MEANINGS.getOrDefault(state, "a value is refused") + " " + LEFT_OUT;
    }
    return String.valueOf(said.getMessage()).lines().findFirst().orElse("");
  }

  /** Nearest to the cause; an error on the way to ROLLBACK says nothing of the row. */
  private static @Nullable ServerErrorMessage said(Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t instanceof PSQLException fromDriver) {
        return fromDriver.getServerErrorMessage();
      }
    }
    return null;
  }

  /** {@code a number is out of its type's range (…) [22003]}. */
  @Override
  public String toString() {
    return sqlState == null ? message : "%s [%s]".formatted(message, sqlState);
  }
}
