package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;

/** What PostgreSQL said, without its detail lines: those quote the values of rows. */
final class ServerMessage {

  private ServerMessage() {}

  static String of(Throwable error) {
    String full = SqlStates.message(error);
    int end = full.indexOf('\n');
    String state = SqlStates.of(error).map(s -> " [" + s + "]").orElse("");
    return end < 0 ? full : full.substring(0, end) + state;
  }
}
