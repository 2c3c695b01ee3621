package dev.sluice.schema;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * An empty table like one of the user's, in our own schema, in a transaction that is rolled back:
 * what PostgreSQL makes of a statement is tried there, not guessed and not tried on rows.
 */
final class EmptyTwin {

  /** Its one lock on the user's table is ACCESS SHARE. */
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

  private EmptyTwin() {}

  /**
   * @param session one connection that commits by itself
   * @param table as it is written
   * @param work given the connection and the twin's name, as SQL
   * @return empty if there is no such table, or PostgreSQL refuses what is tried
   */
  static <T> Optional<T> ask(
      JdbcOperations session, String table, BiFunction<JdbcOperations, String, T> work) {
    Optional<T> answer =
        session.execute(
            (ConnectionCallback<Optional<T>>)
                connection -> {
                  connection.setAutoCommit(false);
                  try {
                    return ask(
                        new JdbcTemplate(new SingleConnectionDataSource(connection, true)),
                        table,
                        work);
                  } finally {
                    connection.rollback();
                    connection.setAutoCommit(true);
                  }
                });
    return answer == null ? Optional.empty() : answer;
  }

  private static <T> Optional<T> ask(
      JdbcTemplate jdbc, String table, BiFunction<JdbcOperations, String, T> work) {
    String twin = "sluice.\"twin_" + UUID.randomUUID() + "\"";
    try {
      jdbc.execute("SET LOCAL lock_timeout = " + LOCK_TIMEOUT.toMillis());
      PlainSql.execute(
          jdbc,
          "CREATE TABLE "
              + twin
              + " (LIKE "
              + table
              + " INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING IDENTITY INCLUDING INDEXES)");
      return Optional.of(work.apply(jdbc, twin));
    } catch (DataAccessException e) {
      return Optional.empty();
    }
  }
}
