package dev.sluice.schema;

import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;

/**
 * What PostgreSQL said, without its detail lines: those quote the values of rows. But for what
 * depends on a thing that is to be dropped: those name things, and what to end first.
 */
final class ServerMessage {

  private static final String DEPENDENT_OBJECTS_STILL_EXIST = "2BP01";

  private ServerMessage() {}

  static String of(Throwable error) {
    String full = SqlStates.message(error);
    int end = full.indexOf('\n');
    String state = SqlStates.of(error).map(s -> " [" + s + "]").orElse("");
    return end < 0 ? full : full.substring(0, end) + state + dependents(error);
  }

  private static String dependents(Throwable error) {
    return ServerError.of(error)
        .filter(said -> said.sqlState().equals(DEPENDENT_OBJECTS_STILL_EXIST))
        .filter(said -> !said.detail().isEmpty())
        .map(said -> " (%s)".formatted(said.detail().replace("\n", "; ")))
        .orElse("");
  }
}
