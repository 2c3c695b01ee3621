package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class StatementLimitsIT {

  private static final Duration ALL = Duration.ofSeconds(10);

  @Test
  void whatTheFirstStatementTookIsTakenFromTheNext() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
      StatementLimits limits = new StatementLimits(jdbc, ALL);
      jdbc.execute("SELECT pg_sleep(0.7)"); // over a sixteenth
      limits.next();
      assertThat(millis(jdbc, "statement_timeout")).isBetween(1L, 9_300L);
      assertThat(millis(jdbc, "lock_timeout")).isBetween(1L, 9_300L);
    }
  }

  @Test
  void aShortStatementCostsNoRoundTrip() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      JdbcTemplate jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
      new StatementLimits(jdbc, Duration.ofHours(10)).next();
      assertThat(millis(jdbc, "statement_timeout")).as("the server's own").isZero();
    }
  }

  private static long millis(JdbcTemplate jdbc, String setting) {
    return Objects.requireNonNull(
        jdbc.queryForObject(
            "SELECT setting::bigint FROM pg_settings WHERE name = ?", Long.class, setting));
  }
}
