package dev.sluice.postgres;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells what a user's PL/pgSQL says itself, by RAISE or ASSERT, from what the server says. Its text
 * is the user's, with any SQLSTATE, and may quote a row.
 */
final class Raised {

  /** PostgreSQL's functions that report RAISE and ASSERT. No locale translates their names. */
  private static final Set<String> ROUTINES = Set.of("exec_stmt_raise", "exec_stmt_assert");

  /**
   * Whoever raises one of these classes means what it stands for: transaction, statement, server.
   */
  private static final Set<String> NO_ROWS_CLASSES = Set.of("25", "42", "53", "57");

  private Raised() {}

  static boolean isRaised(ServerErrorMessage said) {
    String routine = said.getRoutine();
    return (routine != null && ROUTINES.contains(routine)) || isOfPlpgsql(said.getSQLState());
  }

  /** Whether an error with that SQLSTATE, once raised, is a row's fault and comes again. */
  static boolean mayBeOfARow(String state) {
    return !NO_ROWS_CLASSES.contains(state.substring(0, Math.min(2, state.length())))
        && !SqlStates.isTransient(state);
  }

  private static boolean isOfPlpgsql(@Nullable String state) {
    return state != null && state.startsWith("P0");
  }
}
