package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptResult.Executed;
import dev.sluice.testing.PostgresServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class ScriptRunnerIT {

  private final ScriptTrial trial;

  ScriptRunnerIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute(
        """
        CREATE TABLE users (id bigint PRIMARY KEY, full_name text);
        INSERT INTO users VALUES (1, 'Ada Lovelace'), (2, 'Ada Lovelace');
        """);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void runsEachStatementOnce() {
    String file =
        """
        -- the new side
        ALTER TABLE users ADD COLUMN first_name text;

        CREATE INDEX CONCURRENTLY users_first ON users (first_name);
        """;

    ScriptResult first = trial.run(Kind.EXPAND_UP, file);
    ScriptResult second = trial.run(Kind.EXPAND_UP, file);

    assertThat(first.doneBefore()).isZero();
    assertThat(first.executed())
        .containsExactly(
            new Executed(2, "ALTER TABLE users ADD COLUMN first_name text"),
            new Executed(4, "CREATE INDEX CONCURRENTLY users_first ON users (first_name)"));
    assertThat(second.doneBefore()).isEqualTo(2);
    assertThat(second.executed()).isEmpty();
    assertThat(progress()).isEqualTo("(expand.up.sql,2,t,)");
  }

  @Test
  void aFileWithoutStatementsIsCompletedToo() {
    assertThat(trial.run(Kind.EXPAND_UP, "-- nothing").executed()).isEmpty();

    assertThat(progress()).isEqualTo("(expand.up.sql,0,t,)");
  }

  @Test
  void theBeginAndCommitOfAFileAreItsTransactionNoMore() {
    String file = "BEGIN; CREATE TABLE a (id int); CREATE TABLE a (id int); COMMIT;";

    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, file)).isInstanceOf(ScriptException.class);
    assertThat(trial.isTrue("to_regclass('a') IS NULL")).isTrue();

    trial.run(Kind.EXPAND_UP, "BEGIN; CREATE TABLE a (id int); CREATE TABLE b (id int); COMMIT;");
    assertThat(trial.isTrue("to_regclass('b') IS NOT NULL")).isTrue();
  }

  @Test
  void aFailureSaysWhereWhyAndTheWayOn() {
    String file =
        """
        ALTER TABLE users ADD COLUMN first_name text;
        VACUUM users;
        COMMENT ON TABLE users IS 'people';
        ALTER TABLE users
          ALTER COLUMN middle_name SET DEFAULT '';
        """;

    ScriptException failure = failure(Kind.EXPAND_UP, file);

    assertThat(failure)
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql:4: statement 4 of 4: ALTER TABLE users ALTER COLUMN middle_name SET DEFAULT ''
            ERROR: column "middle_name" of relation "users" does not exist [42703]
            Applied before it, and kept:
              line 1: ALTER TABLE users ADD COLUMN first_name text
              line 2: VACUUM users
            Rolled back with it:
              line 3: COMMENT ON TABLE users IS 'people'
            Correct the database, or the statement in the file, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or go back: 'rollback 0007_split'; or reverse what is applied by hand, then 'force 0007_split pending'.""");
    assertThat(failure.sqlState()).contains("42703");
    assertThat(trial.isTrue("obj_description('users'::regclass) IS NULL")).isTrue();
    assertThat(progress()).isEqualTo("(expand.up.sql,2,f,)");
  }

  @Test
  void aFailureInOneTransactionSaysThatNothingOfItIsLeft() {
    assertThat(
            failure(
                Kind.CONSTRAIN_DOWN,
                "COMMENT ON TABLE users IS 'a';\nDROP INDEX missing;\nSELECT 1"))
        .hasMessage(
            """
            jobs/0007_split/constrain.down.sql:2: statement 2 of 3: DROP INDEX missing
            ERROR: index "missing" does not exist [42704]
            Applied before it: nothing.
            Rolled back with it:
              line 1: COMMENT ON TABLE users IS 'a'
            Correct the database, or the statement in the file, then 'rollback 0007_split' or 'down' goes on behind what is applied.
            Or leave it: nothing of the file is applied.""");
    assertThat(trial.isTrue("obj_description('users'::regclass) IS NULL")).isTrue();
  }

  @Test
  void aConnectionLostOutsideATransactionLeavesItOpenWhatHappened() {
    trial.database.execute(
        "CREATE FUNCTION slow(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN PERFORM"
            + " pg_sleep(30); RETURN $1; END $$");

    CompletableFuture<Void> kill = CompletableFuture.runAsync(this::killTheSleeper);
    assertThatThrownBy(
            () ->
                trial.run(
                    Kind.EXPAND_UP,
                    "ANALYZE users;\nCREATE INDEX CONCURRENTLY i ON users (slow(full_name));"))
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql:2: statement 2 of 2: CREATE INDEX CONCURRENTLY i ON users (slow(full_name))
            FATAL: terminating connection due to administrator command [57P01], in 1 attempt
            Applied before it, and kept:
              line 1: ANALYZE users
            Whether it took effect is not known: the next run looks first.
            Wait until the server is back, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or go back: 'rollback 0007_split'; or reverse what is applied by hand, then 'force 0007_split pending'.""");
    kill.join();
  }

  @Test
  void goesOnAtTheStatementThatFailed() {
    String file = "CREATE TABLE a (id int); VACUUM users; CREATE TABLE b (id %s);";

    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, file.formatted("number")))
        .hasMessageContaining("ERROR: type \"number\" does not exist [42704]");
    ScriptResult result = trial.run(Kind.EXPAND_UP, file.formatted("int"));

    assertThat(result.doneBefore()).isEqualTo(2);
    assertThat(result.executed()).containsExactly(new Executed(1, "CREATE TABLE b (id int)"));
  }

  @Test
  void statementsThatAreAppliedMustNotChange() {
    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, "CREATE TABLE a (id int); VACUUM missing;"))
        .hasMessageContaining("42P01");

    assertThat(failure(Kind.EXPAND_UP, "CREATE TABLE a (id bigint);"))
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql: 1 of its statements are applied, and they read differently now.
            Nothing was applied by this run. Put them back as they were, then 'run 0007_split' or 'up' goes on; corrections go behind them.""");

    trial.run(Kind.EXPAND_UP, "/* what it is for */ CREATE TABLE a (id int);");
  }

  @Test
  void aRefusedFileIsNotBegun() {
    assertThat(failure(Kind.EXPAND_UP, "CREATE TABLE a (id int);\nROLLBACK;\nDELETE FROM users;"))
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql:2: ROLLBACK: where transactions begin and end is decided here, so that a restart is safe. Remove it; one BEGIN and COMMIT around the whole file may stay.
            jobs/0007_split/expand.up.sql:3: DELETE FROM users: changes data, and a schema file changes the schema only. Data goes into migration.yaml, in chunks; INSERT … VALUES is allowed.
            Nothing was applied. Correct the file and run again.""");
    assertThat(trial.isTrue("to_regclass('a') IS NULL")).isTrue();
  }

  @Test
  void noRowIsQuoted() {
    assertThat(
            failure(
                Kind.EXPAND_UP, "CREATE UNIQUE INDEX CONCURRENTLY one_name ON users (full_name);"))
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql:1: statement 1 of 1: CREATE UNIQUE INDEX CONCURRENTLY one_name ON users (full_name)
            ERROR: could not create unique index "one_name" [23505]
            Applied before it: nothing.
            Rows contradict it. Correct the rows, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or leave it: nothing of the file is applied.""");
  }

  @Test
  void aStatementThatWorksTooLongUnderItsLockIsCancelled() {
    ScriptSettings hasty =
        new ScriptSettings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            3,
            Duration.ofMinutes(1));

    assertThatThrownBy(
            () -> trial.run(Kind.EXPAND_UP, "SELECT pg_sleep(30)", ScriptTrial.NO_WAIT, hasty))
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql:1: statement 1 of 1: SELECT pg_sleep(30)
            ERROR: canceling statement due to statement timeout [57014]
            Applied before it: nothing.
            It scans or rewrites its table under a lock that blocks the application, or somebody cancelled it. Do it in smaller steps, or in a maintenance window, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or leave it: nothing of the file is applied.""");
  }

  @Test
  void aCrashLosesNothingAndRepeatsNothing() {
    String file =
        """
        CREATE TABLE a (id int);
        CREATE INDEX CONCURRENTLY i ON users (full_name);
        CREATE TABLE b (id int);
        SELECT pg_sleep(seconds) FROM pace;
        """;
    trial.database.execute("CREATE TABLE pace AS SELECT 30 AS seconds");

    CompletableFuture<Void> kill = CompletableFuture.runAsync(this::killTheSleeper);
    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, file))
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql:4: statement 4 of 4: SELECT pg_sleep(seconds) FROM pace
            FATAL: terminating connection due to administrator command [57P01], in 1 attempt
            Applied before it, and kept:
              line 1: CREATE TABLE a (id int)
              line 2: CREATE INDEX CONCURRENTLY i ON users (full_name)
            Rolled back with it:
              line 3: CREATE TABLE b (id int)
            Wait until the server is back, then 'run 0007_split' or 'up' goes on behind what is applied.
            Or go back: 'rollback 0007_split'; or reverse what is applied by hand, then 'force 0007_split pending'.""");
    kill.join();
    assertThat(progress()).isEqualTo("(expand.up.sql,2,f,)");
    assertThat(trial.isTrue("to_regclass('b') IS NULL")).isTrue();

    trial.database.execute("UPDATE pace SET seconds = 0");
    assertThat(trial.run(Kind.EXPAND_UP, file).executed())
        .extracting(Executed::line)
        .containsExactly(3, 4);
  }

  @Test
  void aLostConnectionIsTriedAgainInTheSameRun() {
    trial.database.execute("CREATE TABLE pace AS SELECT 30 AS seconds");
    Waiter heals =
        pause -> {
          if (!pause.isZero()) {
            trial.database.execute("UPDATE pace SET seconds = 0");
          }
        };

    CompletableFuture<Void> kill = CompletableFuture.runAsync(this::killTheSleeper);
    trial.run(
        Kind.EXPAND_UP,
        "CREATE TABLE a (id int); SELECT pg_sleep(seconds) FROM pace",
        heals,
        ScriptTrial.attempts(2));
    kill.join();

    assertThat(trial.isTrue("to_regclass('a') IS NOT NULL")).isTrue();
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

  @Test
  void mixedCaseNamesWork() {
    trial.run(
        Kind.EXPAND_UP,
        """
        CREATE SCHEMA "App";
        CREATE TABLE "App"."Order" ("Id" int, "Total" int);
        CREATE INDEX CONCURRENTLY "Order_Total" ON "App"."Order" ("Total");
        """);
    trial.run(
        Kind.CONSTRAIN_UP,
        """
        ALTER TABLE "App"."Order" ALTER COLUMN "Total" SET NOT NULL;
        ALTER TABLE "App"."Order" ADD PRIMARY KEY ("Id");
        """);

    assertThat(
            trial.isTrue(
                "(SELECT bool_and(attnotnull) FROM pg_attribute WHERE attrelid ="
                    + " '\"App\".\"Order\"'::regclass AND attnum > 0)"))
        .isTrue();
  }

  @Test
  void anEnumValueIsUsableByTheNextStatement() {
    trial.run(
        Kind.EXPAND_UP,
        """
        CREATE TYPE mood AS ENUM ('good');
        ALTER TYPE mood ADD VALUE 'fine';
        ALTER TABLE users ADD COLUMN mood mood DEFAULT 'fine';
        """);

    assertThat(trial.database.count("users WHERE mood = 'fine'")).isEqualTo(2);
  }

  @Test
  void aStopIsObeyedBetweenTransactionsAndPassesThroughUntouched() {
    AtomicInteger asked = new AtomicInteger();
    Waiter stopsAtTheSecondUnit =
        pause -> {
          if (asked.incrementAndGet() == 2) {
            throw new Waiter.StoppedException();
          }
        };
    String file = "CREATE TABLE a (id int); VACUUM users;";

    assertThat(
            catchThrowableOfType(
                Waiter.StoppedException.class,
                () -> trial.run(Kind.EXPAND_UP, file, stopsAtTheSecondUnit, ScriptTrial.ONCE)))
        .hasNoCause();
    assertThat(progress()).isEqualTo("(expand.up.sql,1,f,)");
  }

  @Test
  void refusesToRunInATransaction() {
    var source = trial.database.dataSource();
    TransactionTemplate outer = new TransactionTemplate(new JdbcTransactionManager(source));

    assertThatThrownBy(
            () -> outer.executeWithoutResult(status -> trial.run(Kind.EXPAND_UP, "SELECT 1")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a script must run outside any transaction");
  }

  private ScriptException failure(Kind kind, String file) {
    return catchThrowableOfType(ScriptException.class, () -> trial.run(kind, file));
  }

  private String progress() {
    return trial.text(
        "SELECT (kind, statements_done, completed, attempting) FROM sluice.script WHERE"
            + " migration_id = '0007_split'");
  }
}
