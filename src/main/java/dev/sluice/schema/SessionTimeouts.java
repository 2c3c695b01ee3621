package dev.sluice.schema;

import java.time.Duration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Timeouts of a session for a step outside a transaction, where {@code SET LOCAL} has no effect.
 *
 * <p>No {@code statement_timeout}: such a step takes as long as its table is large.
 */
final class SessionTimeouts {

  /** As PostgreSQL writes them: {@code 1500ms}, {@code 0}. */
  private record Values(String lock, String statement) {}

  private SessionTimeouts() {}

  /** Puts the old ones back at the end, because the connection may come from a pool. */
  static void during(JdbcOperations session, Duration lockTimeout, Runnable work) {
    Values before = read(session);
    set(session, new Values(lockTimeout.toMillis() + "ms", "0"));
    try {
      work.run();
    } finally {
      restore(session, before);
    }
  }

  private static Values read(JdbcOperations session) {
    return session
        .query(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')",
            (rs, row) -> new Values(rs.getString(1), rs.getString(2)))
        .get(0);
  }

  private static void restore(JdbcOperations session, Values before) {
    try {
      set(session, before);
    } catch (DataAccessException e) {
      // the connection is gone, and its settings with it; what ended it is thrown by the work
    }
  }

  private static void set(JdbcOperations session, Values values) {
    session.queryForMap(
        """
        SELECT set_config('lock_timeout', ?, false) AS lock_timeout,
               set_config('statement_timeout', ?, false) AS statement_timeout
        """,
        values.lock(),
        values.statement());
  }
}
