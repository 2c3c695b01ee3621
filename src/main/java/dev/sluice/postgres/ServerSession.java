package dev.sluice.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * One session of the server, so that it can be ended when our side of it is lost.
 *
 * @param since when it began, as the server prints it: process numbers come again
 */
public record ServerSession(int process, String since) {

  private static final Duration END_MAX = Duration.ofSeconds(5);

  /** The session behind a connection. */
  public static ServerSession of(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT pid, backend_start::text
                FROM pg_stat_activity
                WHERE pid = pg_backend_pid()
                """);
        ResultSet rs = statement.executeQuery()) {
      rs.next();
      return new ServerSession(rs.getInt(1), rs.getString(2));
    }
  }

  /**
   * Ends it if the server still has it, and waits until its locks are free, 5 s at most. A role may
   * do so to its own sessions.
   *
   * @return whether it was still there
   */
  public boolean terminate(DataSource dataSource) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement statement =
            connection.prepareStatement(
                """
                SELECT pg_terminate_backend(pid, ?)
                FROM pg_stat_activity
                WHERE pid = ?
                  AND backend_start::text = ?
                """)) {
      statement.setLong(1, END_MAX.toMillis());
      statement.setInt(2, process);
      statement.setString(3, since);
      try (ResultSet rs = statement.executeQuery()) {
        return rs.next();
      }
    }
  }
}
