package dev.sluice.validation;

import org.springframework.jdbc.core.JdbcOperations;

/** The server can be written to and is of a version that Sluice supports. */
final class ServerCheck {

  /** PostgreSQL 14.0 as {@code server_version_num}; older ones get no fixes from their makers. */
  private static final int VERSION_MIN = 140_000;

  private final JdbcOperations jdbc;

  ServerCheck(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /** Whether the other checks make sense on it. */
  boolean check(Findings findings) {
    return jdbc
        .query(
            """
            SELECT current_setting('server_version_num')::int AS version,
                   pg_is_in_recovery() AS in_recovery
            """,
            (rs, row) -> judge(rs.getInt("version"), rs.getBoolean("in_recovery"), findings))
        .stream()
        .allMatch(right -> right);
  }

  static boolean judge(int version, boolean inRecovery, Findings findings) {
    if (version < VERSION_MIN) {
      findings.refuse(
          "the server is PostgreSQL %d.%d, at least 14 is needed. Upgrade it."
              .formatted(version / 10_000, version % 10_000));
    }
    if (inRecovery) {
      findings.refuse(
          "the server is a standby (in recovery) and takes no writes. Connect to the primary.");
    }
    return version >= VERSION_MIN;
  }
}
