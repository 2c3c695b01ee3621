package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class IndexInTheWayIT {
  private static final String UP = "CREATE INDEX CONCURRENTLY \"I\" ON app.\"User\" (email)";
  private static final String DOWN = "DROP INDEX CONCURRENTLY app.\"I\"";

  private final ScriptTrial trial;

  IndexInTheWayIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute(
        """
        CREATE SCHEMA app;
        CREATE TABLE app."User" (id bigint PRIMARY KEY, email text, name text);
        INSERT INTO app."User" VALUES (1, 'a', 'a'), (2, 'a', 'b');
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void anotherIndexIsRenamedAndPutBackByTheDown() {
    trial.database.execute(
        "CREATE INDEX \"I\" ON app.\"User\" (id); COMMENT ON INDEX app.\"I\" IS E'for\\nreports''s \\\\ sake'");
    String oid = trial.text("'app.\"I\"'::regclass::oid");

    trial.run(Kind.CONSTRAIN_UP, UP);

    assertThat(indexes()).containsExactly("I (email)", "I_old (id)");
    assertThat(trial.text("'app.\"I_old\"'::regclass::oid")).isEqualTo(oid);
    assertThat(trial.text("obj_description('app.\"I_old\"'::regclass)"))
        .isEqualTo("sluice: renamed for 0007_split constrain.up.sql\nI\nfor\nreports's \\ sake");

    trial.run(Kind.CONSTRAIN_DOWN, DOWN);

    assertThat(indexes()).containsExactly("I (id)");
    assertThat(trial.text("'app.\"I\"'::regclass::oid")).isEqualTo(oid);
    assertThat(trial.text("obj_description('app.\"I\"'::regclass)"))
        .isEqualTo("for\nreports's \\ sake");
    trial.run(Kind.CONSTRAIN_UP, UP);
    assertThat(indexes()).containsExactly("I (email)", "I_old (id)");
  }

  @Test
  void onlyWhatThisScriptRenamedIsPutBack() {
    trial.database.execute("CREATE INDEX \"I_old\" ON app.\"User\" (id)");
    trial.run(Kind.CONSTRAIN_UP, UP);
    trial.run(Kind.CONSTRAIN_DOWN, DOWN);

    assertThat(indexes()).containsExactly("I_old (id)");
  }

  @Test
  void anIndexOfAnotherTableIsRenamedToo() {
    trial.database.execute(
        "CREATE TABLE app.other (email text); CREATE INDEX \"I\" ON app.other (email)");

    trial.run(Kind.EXPAND_UP, UP);

    assertThat(indexes()).containsExactly("I (email)", "I_old (email)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          INDEX          | (email)                                   | true
          INDEX          | USING btree (email ASC NULLS LAST)        | true
          UNIQUE INDEX   | (email)                                   | false
          INDEX          | (email DESC)                              | false
          INDEX          | (email text_pattern_ops)                  | false
          INDEX          | (email COLLATE "C")                       | false
          INDEX          | (email) INCLUDE (name)                    | false
          INDEX          | (email, name)                             | false
          INDEX          | (email) WHERE id > 0                      | false
          INDEX          | (lower(email))                            | false
          INDEX          | USING hash (email)                        | false
          INDEX          | (email) WITH (fillfactor = 70)            | false
          """)
  void theSameIndexIsKeptAndAnyDifferenceIsSeen(String create, String definition, boolean kept) {
    trial.database.execute("UPDATE app.\"User\" SET email = name");
    trial.database.execute("CREATE %s \"I\" ON app.\"User\" %s".formatted(create, definition));
    String oid = trial.text("'app.\"I\"'::regclass::oid");

    trial.run(Kind.EXPAND_UP, UP);

    assertThat(trial.text("'app.\"I\"'::regclass::oid").equals(oid)).isEqualTo(kept);
    assertThat(trial.isTrue("to_regclass('app.\"I_old\"') IS NULL")).isEqualTo(kept);
  }

  @Test
  void twoInTheWayAreRefused() {
    trial.database.execute(
        "CREATE INDEX \"I\" ON app.\"User\" (id); CREATE INDEX \"I_old\" ON app.\"User\" (id)");

    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, UP))
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql:1: statement 1 of 1: CREATE INDEX CONCURRENTLY "I" ON app."User" (email)
            index "app"."I" is in the way with another definition, and cannot be renamed, because "app"."I_old" exists too. Drop or rename one of them.
            Applied before it: nothing.
            Correct the database, or the statement in the file, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or leave it: nothing of the file is applied.""");
    assertThat(indexes()).containsExactly("I (id)", "I_old (id)");
  }

  @Test
  void theIndexOfAConstraintIsLeftAlone() {
    trial.database.execute("ALTER TABLE app.\"User\" ADD CONSTRAINT \"I\" UNIQUE (id, email)");

    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, UP))
        .hasMessageContaining(
            "index \"app\".\"I\" is in the way, and belongs to constraint 'I', which statements may"
                + " name (ON CONFLICT ON CONSTRAINT). Build the new one under another name.");
  }

  @Test
  void anIndexThatAnotherSessionBuildsIsWaitedForAndKept() throws SQLException {
    try (Connection writer = trial.holding("writer", "UPDATE app.\"User\" SET name = 'c'");
        Connection builder = trial.database.connect()) {
      CompletableFuture<Void> build =
          CompletableFuture.runAsync(() -> ScriptTrial.execute(builder, UP));
      Awaitility.await()
          .until(() -> trial.isTrue("EXISTS (SELECT FROM pg_index WHERE NOT indisvalid)"));
      String oid = trial.text("SELECT indexrelid FROM pg_index WHERE NOT indisvalid");

      assertThatThrownBy(
              () -> trial.run(Kind.EXPAND_UP, UP, ScriptTrial.NO_WAIT, ScriptTrial.attempts(2)))
          .hasMessageContaining(
              "index app.\"I\" is being built by another session [55P03], in each of 2 attempts."
                  + " Held by (pid, application, since): ");
      assertThat(build).isNotDone();
      Waiter endsTheWriter =
          pause -> {
            if (!pause.isZero()) {
              ScriptTrial.commit(writer);
              build.join();
            }
          };
      trial.run(Kind.EXPAND_UP, UP, endsTheWriter, ScriptTrial.attempts(2));

      assertThat(trial.text("'app.\"I\"'::regclass::oid")).isEqualTo(oid);
      assertThat(indexes()).containsExactly("I (email)");
    }
  }

  private List<String> indexes() {
    return trial
        .database
        .jdbc()
        .sql(
            """
            SELECT c.relname || ' ' || substring(pg_get_indexdef(i.indexrelid) FROM '\\(.*')
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            WHERE c.relnamespace = 'app'::regnamespace
              AND NOT i.indisprimary
              AND i.indisvalid
            ORDER BY c.relname COLLATE "C"
            """)
        .query(String.class)
        .list();
  }
}
