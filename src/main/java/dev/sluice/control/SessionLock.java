package dev.sluice.control;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * An advisory lock of a session, known by a name. Asked for without waiting: who waits for one
 * inside a transaction can deadlock with CREATE INDEX CONCURRENTLY.
 */
record SessionLock(String name) {

  private static final Logger log = LoggerFactory.getLogger(SessionLock.class);

  /** Counts: what is taken twice is to be released twice. */
  boolean tryTake(Connection connection) throws SQLException {
    return ask(connection, "SELECT pg_try_advisory_lock(hashtextextended(?, 0))");
  }

  void release(Connection connection) throws SQLException {
    ask(connection, "SELECT pg_advisory_unlock(hashtextextended(?, 0))");
  }

  /**
   * Ends the session, and the lock with it, for when a release is not certain to reach the server.
   * A pool that is given the connection back afterwards sees that it is broken and forgets it.
   */
  void drop(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      log.debug("lock.drop name={}", name, e); // it is closed already
    }
  }

  /** Who holds the lock, as the server sees it; empty if nobody does. */
  Optional<String> holder(JdbcOperations jdbc) {
    return jdbc
        .query(
            """
            SELECT CASE WHEN a.backend_start IS NULL
                     THEN format('server process %s of %s', a.pid, coalesce(a.usename, 'another role'))
                     ELSE format('server process %s of %s on %s since %s', a.pid, a.usename,
                            coalesce(host(a.client_addr), 'a local socket'),
                            to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'))
                   END
            FROM pg_locks l
            JOIN pg_stat_activity a USING (pid)
            WHERE l.locktype = 'advisory'
              AND l.granted
              AND l.objsubid = 1
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(?, 0)
            """,
            (rs, row) -> rs.getString(1), name)
        .stream()
        .findFirst();
  }

  private boolean ask(Connection connection, String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      try (ResultSet rs = statement.executeQuery()) {
        return rs.next() && rs.getBoolean(1);
      }
    }
  }
}
