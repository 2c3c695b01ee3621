package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class OutsideTransactionIT {
  private static final String UNIQUE_EMAIL =
      "CREATE UNIQUE INDEX CONCURRENTLY \"Users_Email\" ON users (email)";

  private final ScriptTrial trial;

  OutsideTransactionIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute(
        """
        CREATE TABLE users (id bigint PRIMARY KEY, email text);
        INSERT INTO users VALUES (1, 'a'), (2, 'a');
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void anIndexThatCannotBeBuiltLeavesNothingInvalidBehind() {
    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, UNIQUE_EMAIL))
        .hasMessageContaining("[23505]");
    assertThat(indexes()).isEmpty();

    trial.database.execute("UPDATE users SET email = 'b' WHERE id = 2");
    trial.run(Kind.EXPAND_UP, UNIQUE_EMAIL);
    assertThat(indexes()).containsExactly("Users_Email true");
  }

  @Test
  void anInvalidIndexFromAnEarlierAttemptIsBuiltAnew() {
    assertThatThrownBy(() -> trial.database.execute(UNIQUE_EMAIL)).hasMessageContaining("Users_");
    assertThat(indexes()).containsExactly("Users_Email false");
    trial.database.execute("UPDATE users SET email = 'b' WHERE id = 2");

    trial.run(Kind.EXPAND_UP, UNIQUE_EMAIL.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS"));

    assertThat(indexes()).containsExactly("Users_Email true");
  }

  @Test
  void waitingForAWriterInVainLeavesAnInvalidIndexThatTheNextAttemptReplaces() throws SQLException {
    String sql = "CREATE INDEX CONCURRENTLY i ON users (email)";
    try (Connection writer = trial.holding("writer", "UPDATE users SET email = 'c' WHERE id = 1")) {
      int[] invalid = {0};
      Waiter endsTheWriter =
          pause -> {
            if (!pause.isZero()) {
              invalid[0] = indexes().size();
              commit(writer);
            }
          };

      trial.run(Kind.EXPAND_UP, sql, endsTheWriter, ScriptTrial.attempts(2));

      assertThat(invalid[0]).isEqualTo(1);
      assertThat(indexes()).containsExactly("i true");
    }
  }

  @Test
  void anIndexBuiltByAnAttemptThatNobodyHeardTheEndOfIsNotBuiltTwice() {
    String sql = "CREATE INDEX CONCURRENTLY i ON users (email)";
    trial.run(Kind.EXPAND_UP, sql);
    String oid = trial.text("'i'::regclass::oid");
    crashedBeforeRecording(sql);

    trial.run(Kind.EXPAND_UP, sql);

    assertThat(trial.text("'i'::regclass::oid")).isEqualTo(oid);
    assertThat(trial.isTrue("(SELECT completed FROM sluice.script)")).isTrue();
  }

  @Test
  void droppedIndexesAndOtherStatementsThatHappenedAreNotMissed() {
    trial.database.execute("CREATE INDEX i ON users (email)");
    String sql = "DROP INDEX CONCURRENTLY i";
    trial.run(Kind.CONSTRAIN_DOWN, sql);
    crashedBeforeRecording(sql);

    trial.run(Kind.CONSTRAIN_DOWN, sql);

    assertThat(trial.isTrue("(SELECT completed FROM sluice.script)")).isTrue();
  }

  private void crashedBeforeRecording(String sql) {
    Step step = new Step(1, sql, Isolation.OUTSIDE);
    trial
        .database
        .jdbc()
        .sql(
            "UPDATE sluice.script SET statements_done = 0, completed = false, done_digest = ?,"
                + " attempting = ?")
        .params(ScriptProgress.digest(List.of()), ScriptProgress.digest(List.of(step)))
        .update();
  }

  @Test
  void aDetachThatWaitedInVainIsFinished() throws SQLException {
    trial.database.execute(
        """
        CREATE TABLE parent (id int) PARTITION BY RANGE (id);
        CREATE TABLE "Leaf" PARTITION OF parent FOR VALUES FROM (0) TO (10);
        """);
    try (Connection reader = trial.holding("reader", "SELECT count(*) FROM parent")) {
      Waiter endsTheReader =
          pause -> {
            if (!pause.isZero()) {
              assertThat(trial.isTrue("(SELECT inhdetachpending FROM pg_inherits)")).isTrue();
              commit(reader);
            }
          };

      trial.run(
          Kind.CLEANUP_UP,
          "ALTER TABLE parent DETACH PARTITION \"Leaf\" CONCURRENTLY",
          endsTheReader,
          ScriptTrial.attempts(2));

      assertThat(trial.database.count("pg_inherits WHERE inhparent = 'parent'::regclass")).isZero();
    }
  }

  private List<String> indexes() {
    return trial
        .database
        .jdbc()
        .sql(
            """
            SELECT c.relname || ' ' || i.indisvalid
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = 'users'::regclass
              AND NOT i.indisprimary
            """)
        .query(String.class)
        .list();
  }

  private static void commit(Connection connection) {
    try {
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
