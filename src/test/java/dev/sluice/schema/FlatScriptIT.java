package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.migration.Script;
import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptResult.Executed;
import dev.sluice.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Another tool's file runs as it is, and each of its statements once. */
@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class FlatScriptIT {

  private final ScriptTrial trial;

  FlatScriptIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute(
        "CREATE TABLE \"Order\" (id int PRIMARY KEY, n int); INSERT INTO \"Order\" VALUES (1, 1), (2, 2)");
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void aFileIsAllOrNothing() {
    ScriptException failure =
        failure(
            """
            UPDATE "Order" SET n = n + 1;
            DROP TABLE IF EXISTS nobody;
            CREATE INDEX i ON "Order" (n);
            ALTER TYPE missing ADD VALUE 'x';
            """);

    assertThat(failure.isHalfApplied()).isFalse();
    assertThat(failure)
        .hasMessage(
            """
            jobs/0007_split/up.sql:4: statement 4 of 4: ALTER TYPE missing ADD VALUE 'x'
            ERROR: type "missing" does not exist [42704]
            Applied before it: nothing.
            Rolled back with it:
              line 1: UPDATE "Order" SET n = n + 1
              line 2: DROP TABLE IF EXISTS nobody
              line 3: CREATE INDEX i ON "Order" (n)
            Correct the database, or the statement in the file, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or leave it: nothing of the file is applied.""");
    assertThat(sum()).isEqualTo("3");
  }

  @Test
  void aRetryAfterALockTimeoutIsTheWholeTransactionAgain() throws SQLException {
    trial.database.execute("CREATE TABLE held (id int)");
    try (Connection report = trial.holding("report", "SELECT count(*) FROM held")) {
      Waiter endsTheReport =
          pause -> {
            if (!pause.isZero()) {
              ScriptTrial.commit(report);
            }
          };
      trial.run(
          Kind.UP,
          "SET lock_timeout = 0; UPDATE \"Order\" SET n = n + 10; ALTER TABLE held ADD n int;",
          endsTheReport,
          ScriptTrial.attempts(3));
    }
    assertThat(sum()).isEqualTo("23");
  }

  @Test
  void aStatementMayWorkAsLongAsItNeeds() {
    Duration ample = Duration.ofSeconds(30);
    ScriptSettings hasty = new ScriptSettings(ample, ample, Duration.ofMillis(50), 1, ample);

    trial.run(
        Kind.UP, "SELECT pg_sleep(0.2); UPDATE \"Order\" SET n = 0", ScriptTrial.NO_WAIT, hasty);
    assertThat(sum()).isEqualTo("0");
    assertThatThrownBy(() -> trial.run(Kind.DOWN, "SET statement_timeout = 20; SELECT pg_sleep(9)"))
        .hasMessageContaining("[57014]");
  }

  @Test
  void aFileMayTakeARoleAndAPathOfItsOwn() {
    String owner = "owner_" + trial.database.name(); // roles are of all databases
    trial.database.execute(
        "CREATE ROLE %1$s; CREATE SCHEMA app AUTHORIZATION %1$s".formatted(owner));
    trial.run(
        Kind.UP,
        "SET ROLE "
            + owner
            + "; SELECT pg_catalog.set_config('search_path', 'app', false);\n"
            + "CREATE TABLE \"T\" (id int);");
    assertThat(trial.text("SELECT tableowner FROM pg_tables WHERE schemaname = 'app'"))
        .isEqualTo(owner);
    trial.run(Kind.DOWN, "SET SESSION AUTHORIZATION " + owner + "; DROP TABLE app.\"T\";");
    assertThat(rows()).containsExactly("down.sql 2 true");
    trial.database.execute("DROP OWNED BY %1$s; DROP ROLE %1$s".formatted(owner));
  }

  @Test
  void aDeferredConstraintFailsWhereAStatementCanBeNamed() {
    trial.database.execute(
        "CREATE TABLE item (o int REFERENCES \"Order\" DEFERRABLE INITIALLY DEFERRED)");
    assertThat(failure("INSERT INTO item VALUES (9);\nSELECT 1;"))
        .hasMessageStartingWith("jobs/0007_split/up.sql:2: statement 2 of 2: SELECT 1\nERROR: ")
        .hasMessageContaining("[23503]");
    assertThat(trial.database.count("item")).isZero();
  }

  @Test
  void withoutATransactionEachStatementIsDoneOnce() {
    String file =
        "UPDATE \"Order\" SET n = n + 1;\nVACUUM \"Order\";\nUPDATE \"Order\" SET n = n * %s;";
    ScriptException failure =
        catchThrowableOfType(ScriptException.class, () -> single(file.formatted("missing")));
    assertThat(failure.isHalfApplied()).isTrue();
    assertThat(failure)
        .hasMessageContaining("statement 3 of 3")
        .hasMessageContaining("line 1: UPDATE");

    assertThat(single(file.formatted("10")).executed()).hasSize(1);
    assertThat(single(file.formatted("10")).executed()).isEmpty();
    assertThat(sum()).isEqualTo("50");
  }

  @Test
  void aKillBetweenStatementsLosesAndRepeatsNothing() {
    String file =
        "UPDATE \"Order\" SET n = n + 1;\nSELECT pg_sleep(s) FROM pace;\nUPDATE \"Order\" SET n = n + 1;";
    trial.database.execute("CREATE TABLE pace AS SELECT 30 AS s");
    CompletableFuture<Void> kill = CompletableFuture.runAsync(this::killTheSleeper);
    assertThatThrownBy(() -> single(file)).hasMessageContaining("statement 2 of 3");
    kill.join();
    trial.database.execute("UPDATE pace SET s = 0");

    single(file);

    assertThat(sum()).isEqualTo("7");
  }

  @Test
  void whatCommitsByItselfIsNotTriedAgainUnasked() throws SQLException {
    trial.database.execute("CREATE TABLE held (id int); CREATE TABLE log (n serial)");
    String file =
        "DO $$ BEGIN INSERT INTO log DEFAULT VALUES; COMMIT; ALTER TABLE held ADD n int; END $$;";
    try (Connection report = trial.holding("report", "SELECT count(*) FROM held")) {
      assertThat(report.isClosed()).isFalse();
      ScriptException failure =
          catchThrowableOfType(
              ScriptException.class,
              () -> trial.run(Kind.UP, file, ScriptTrial.NO_WAIT, ScriptTrial.attempts(5)));
      assertThat(failure.isHalfApplied()).isTrue();
      assertThat(SqlStates.isTransient(failure)).isFalse();
      assertThat(failure.sqlState()).contains("55P03");
      assertThat(failure)
          .hasMessageContaining(
              "What the statement has committed itself stays, and is done again by a next run.");
    }
    assertThat(trial.database.count("log")).isEqualTo(1);
    ScriptState state = runner().state(ScriptTrial.ID, ScriptTrial.script(Kind.UP, file));
    assertThat(state.attempting()).isEqualTo(new Executed(1, ScriptStatement.summary(file)));
    assertThat(state.isHalfApplied()).isTrue();

    trial.run(Kind.UP, file);
    assertThat(trial.database.count("log")).isEqualTo(2);
    assertThat(rows()).containsExactly("up.sql 1 true");
  }

  @Test
  void anAssumedScriptIsDoneAndAForgottenOneIsNot() {
    Script up = ScriptTrial.script(Kind.UP, "UPDATE \"Order\" SET n = n + 1;\nDROP TABLE missing;");
    trial.run(Kind.DOWN, "SELECT 1");
    runner().assumeApplied(ScriptTrial.ID, up);
    runner().assumeApplied(ScriptTrial.ID, up);

    assertThat(rows()).containsExactly("up.sql 2 true");
    assertThat(runner().hasBegun(ScriptTrial.ID, Kind.UP)).isTrue();
    assertThat(runner().run(ScriptTrial.ID, up).executed()).isEmpty();
    assertThat(runner().state(ScriptTrial.ID, up).completed()).isTrue();
    assertThat(sum()).isEqualTo("3");

    runner().forget(ScriptTrial.ID);
    assertThat(rows()).isEmpty();
    assertThat(runner().state(ScriptTrial.ID, up))
        .isEqualTo(new ScriptState(List.of(), 2, false, null, false, List.of()));
    trial.run(Kind.DOWN, "SELECT 1");
    assertThat(rows()).containsExactly("down.sql 1 true");
  }

  @Test
  void theStateTellsOfChangedStatementsAndInvalidIndexes() {
    failure(
        "UPDATE \"Order\" SET n = 7;\nCREATE UNIQUE INDEX CONCURRENTLY \"Twice\" ON \"Order\" (n);");
    trial.database.execute(
        "CREATE INDEX \"Twice\" ON \"Order\" (n); UPDATE pg_index SET indisvalid = false WHERE"
            + " indexrelid = '\"Twice\"'::regclass");

    ScriptState state =
        runner().state(ScriptTrial.ID, ScriptTrial.script(Kind.UP, "UPDATE \"Order\" SET n = 8;"));

    assertThat(state.changed()).isTrue();
    assertThat(state.total()).isEqualTo(1);
    assertThat(state.invalidIndexes()).containsExactly("public.\"Twice\"");
  }

  @Test
  void aCorrectedRestIsNotTakenForTheWhole() {
    failure("UPDATE \"Order\" SET n = 7;\nVACUUM missing;");
    ScriptException failure = failure("UPDATE \"Order\" SET n = 7;\nSELECT 1;\nSELECT missing;");
    assertThat(failure.isHalfApplied()).isTrue();
    assertThat(failure)
        .hasMessageStartingWith("jobs/0007_split/up.sql:3: statement 3 of 3: SELECT missing\n")
        .hasMessageContaining(
            """
            Applied before it, and kept:
              line 1: UPDATE "Order" SET n = 7
            Rolled back with it:
              line 2: SELECT 1
            """);
  }

  @Test
  void whatEndsTransactionsMustBeAlone() {
    assertThat(failure("SELECT 1; DO $$ BEGIN COMMIT; END $$"))
        .hasMessageContaining(
            "[2D000]\nApplied before it: nothing.\nRolled back with it:\n  line 1: SELECT 1\n"
                + "It cannot be in a transaction with others. Put it alone into a file, then"
                + " 'run 0007_split' or 'up' goes on behind what is applied.");
    trial.run(Kind.UP, "DO $$ BEGIN COMMIT; END $$");
  }

  @Test
  void aRefusalOfTheRestSaysWhatIsFromBefore() {
    failure("UPDATE \"Order\" SET n = 7;\nVACUUM missing;");
    ScriptException refused = failure("UPDATE \"Order\" SET n = 7;\nSAVEPOINT a;");
    assertThat(refused.isHalfApplied()).isTrue();
    assertThat(refused)
        .hasMessageEndingWith(
            "Nothing was applied by this run; 1 statements are from before. Correct the file and"
                + " run again.");
  }

  private ScriptRunner runner() {
    return new ScriptRunner(trial.database.dataSource(), ScriptTrial.NO_WAIT, ScriptTrial.ONCE);
  }

  /** Of a file that asks for no transaction. */
  private ScriptResult single(String text) {
    return runner()
        .run(ScriptTrial.ID, new Script(Kind.UP, Path.of("0007_split.sql"), text, false));
  }

  private ScriptException failure(String text) {
    return catchThrowableOfType(ScriptException.class, () -> trial.run(Kind.UP, text));
  }

  private String sum() {
    return trial.text("SELECT sum(n) FROM \"Order\"");
  }

  private List<String> rows() {
    return trial
        .database
        .jdbc()
        .sql(
            "SELECT concat_ws(' ', kind, statements_done, completed::text) FROM sluice.script ORDER BY 1")
        .query(String.class)
        .list();
  }

  private void killTheSleeper() {
    Awaitility.await()
        .until(
            () ->
                trial.isTrue(
                    """
                    (SELECT coalesce(bool_or(pg_terminate_backend(pid)), false)
                     FROM pg_stat_activity
                     WHERE datname = current_database()
                       AND wait_event = 'PgSleep')
                    """));
  }
}
