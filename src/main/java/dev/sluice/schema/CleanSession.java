package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * One connection for a user's statements, given back as it came.
 *
 * <p>A script can change its session by a function or a DO block: settings, the role, advisory
 * locks, temporary tables. In a pooled connection that would reach statements of the program, a
 * chunk that finds another table under its name for one.
 */
final class CleanSession {

  private CleanSession() {}

  /**
   * @param work given a data source of this connection alone
   */
  static void during(DataSource pool, Consumer<DataSource> work) {
    new JdbcTemplate(pool)
        .execute(
            (ConnectionCallback<Boolean>)
                connection -> {
                  connection.setAutoCommit(true);
                  DataSource session = new SingleConnectionDataSource(connection, true);
                  JdbcTemplate jdbc = new JdbcTemplate(session);
                  Map<String, String> before = settings(jdbc);
                  try {
                    work.accept(session);
                  } finally {
                    restore(jdbc, before);
                  }
                  return true;
                });
  }

  /** What was set since the connection was opened, the role included. */
  private static Map<String, String> settings(JdbcTemplate jdbc) {
    Map<String, String> settings = new LinkedHashMap<>();
    jdbc.query(
        """
        SELECT name, setting FROM pg_settings WHERE source = 'session'
        UNION ALL
        SELECT 'role', current_setting('role')
        """,
        row -> {
          settings.put(row.getString(1), row.getString(2));
        });
    return settings;
  }

  /** Where the connection is lost there is nothing to restore, and what ended it is told. */
  private static void restore(JdbcTemplate jdbc, Map<String, String> before) {
    try {
      jdbc.execute("DISCARD ALL");
      before.forEach(
          (name, value) ->
              jdbc.queryForObject("SELECT set_config(?, ?, false)", String.class, name, value));
    } catch (DataAccessException e) {
      boolean answered = SqlStates.of(e).isPresent(); // a pool that has closed it gives no SQLSTATE
      if (answered && !SqlStates.isTransient(e)) {
        throw e;
      }
    }
  }
}
