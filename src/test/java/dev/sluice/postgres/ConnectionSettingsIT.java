package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionSettingsIT {

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '\'',
      delimiter = '|',
      value = {
        "sluice   | '\"$user\", public'                    | public",
        "sluice   | 'public, \"$user\"'                    | public",
        "sluice   | '\"$user\"'                            | ''",
        "pg_monitor | '\"$user\", public'                  | '\"$user\", public'",
        "pg_monitor | 'sluice, app, \"Sluice\", \"a, b\"'  | 'app, \"Sluice\", \"a, b\"'",
        "pg_monitor | 'app, \"sluice\", public'            | 'app, public'",
        "pg_monitor | pg_catalog                           | pg_catalog",
      })
  void ourSchemaIsNeverInTheSearchPath(String role, String before, String after) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          DO $$ BEGIN
            CREATE ROLE sluice;
          EXCEPTION WHEN duplicate_object THEN
          END $$
          """);
      statement.execute("SET search_path = " + before);
      statement.execute("SET ROLE " + role);
      statement.execute(ConnectionSettings.initSql());
      assertThat(setting(statement, "search_path")).isEqualTo(after);
    }
  }

  @Test
  void anOperatorsWishForNoWritesIsKept() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET default_transaction_read_only = on");
      statement.execute(ConnectionSettings.initSql());
      assertThat(setting(statement, "transaction_read_only")).isEqualTo("on");
    }
  }

  @Test
  void theServerNoticesThatAClientIsGoneWhileItWorks() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(ConnectionSettings.initSql());
      assertThat(setting(statement, "client_connection_check_interval")).isEqualTo("5s");
    }
  }

  private static String setting(Statement statement, String name) throws SQLException {
    try (ResultSet rs = statement.executeQuery("SELECT current_setting('" + name + "')")) {
      rs.next();
      return rs.getString(1);
    }
  }
}
