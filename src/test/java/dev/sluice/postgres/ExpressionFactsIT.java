package dev.sluice.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class ExpressionFactsIT {

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void factsAreTheParsers(PostgresServer server) throws SQLException {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          """
          CREATE TABLE users (id int, name text, "At" timestamptz, tags text[], data jsonb);
          CREATE TABLE orders (user_id int, cents int);
          CREATE FUNCTION careless(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
          CREATE FUNCTION careful(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1'
          """);
      assertThat(told(database, "upper(name) || id"))
          .isEqualTo(facts("[id, name]", "[]", "[]", "[]"));
      assertThat(told(database, "NULL")).isEqualTo(facts("[]", "[]", "[]", "[]"));
      assertThat(told(database, "ROW(id, \"At\")")).isEqualTo(facts("[id, At]", "[]", "[]", "[]"));
      assertThat(told(database, "to_jsonb(users) -- all\n"))
          .isEqualTo(facts("[id, name, At, tags, data]", "[]", "[]", "[]"));
      assertThat(told(database, "data ? 'a:b' OR tags && '{x}'"))
          .isEqualTo(facts("[tags, data]", "[]", "[]", "[]"));
      assertThat(told(database, "(SELECT sum(cents) FROM orders WHERE user_id = users.id)"))
          .isEqualTo(facts("[id]", "[public.orders]", "[]", "[]"));
      assertThat(told(database, "careless(name) || careful(name)"))
          .isEqualTo(facts("[name]", "[]", "[careless(text)]", "[]"));
      assertThat(told(database, "random() + extract(epoch FROM clock_timestamp())"))
          .isEqualTo(facts("[]", "[]", "[clock_timestamp(), random()]", "[]"));
      assertThat(told(database, "age(\"At\") < '1 day' AND now() > \"At\""))
          .isEqualTo(facts("[At]", "[]", "[]", "[age(timestamp with time zone), now()]"));
      assertThat(told(database, "CURRENT_DATE - 1"))
          .isEqualTo(
              facts(
                  "[]", "[]", "[]", "[CURRENT_DATE, CURRENT_TIMESTAMP, CURRENT_USER or the like]"));
      for (String own :
          List.of(
              "lower(name) = 'a' AND id IN (1, 2)",
              "\"At\" < now() - interval '1 day' OR CURRENT_DATE > \"At\"",
              "(id, name) < (1, 'b') AND data ? 'a' AND id = ANY ('{1}'::int[])",
              "true")) {
        assertThat(read(database, own).ofTheRowAlone()).as(own).isTrue();
      }
      for (String more :
          List.of(
              "xmin::text = '1'",
              "ctid > '(0,1)'",
              "careful(name) = 'a'",
              "random() < 0.5",
              "id < (SELECT max(id) FROM users)",
              "EXISTS (SELECT FROM orders WHERE user_id = users.id)",
              "table_to_xml('users', true, true, '') IS NULL")) {
        assertThat(read(database, more).ofTheRowAlone()).as(more).isFalse();
      }
      for (String again :
          List.of(
              "id < (SELECT max(id) FROM users)",
              "(WITH u AS (SELECT 1 FROM public.users AS x) SELECT count(*) FROM u, orders) > id")) {
        assertThat(read(database, again).readsOtherRows()).as(again).isTrue();
      }
      for (String once :
          List.of(
              "id > 1", "to_jsonb(users)", "(SELECT sum(cents) FROM orders WHERE user_id = id)")) {
        assertThat(read(database, once).readsOtherRows()).as(once).isFalse();
      }
      assertThat(read(database, "name").isRepeatable()).isTrue();
      assertThat(read(database, "now()").isRepeatable()).isFalse();
      assertThat(read(database, "random()").isRepeatable()).isFalse();
    }
  }

  private static String told(TestDatabase database, String expression) throws SQLException {
    ExpressionFacts facts = read(database, expression);
    return facts(
        facts.sourceColumns().toString(),
        facts.otherTables().toString(),
        facts.volatileFunctions().toString(),
        facts.sessionFunctions().toString());
  }

  private static ExpressionFacts read(TestDatabase database, String expression)
      throws SQLException {
    try (Connection connection = database.connect()) {
      connection.setAutoCommit(false);
      try {
        return ExpressionFacts.read(
            new JdbcTemplate(new SingleConnectionDataSource(connection, true)),
            new TableName(new Identifier("public"), new Identifier("users")),
            expression);
      } finally {
        connection.rollback();
      }
    }
  }

  private static String facts(String columns, String tables, String volatiles, String session) {
    return columns + " " + tables + " " + volatiles + " " + session;
  }
}
