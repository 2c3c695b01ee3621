package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.Script.Kind;
import dev.sluice.postgres.Waiter;
import dev.sluice.testing.PostgresServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** There and back, and there again, over crashes. */
@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class DownScriptIT {
  private static final String UP =
      "ALTER TABLE users ADD a int; CREATE INDEX CONCURRENTLY i ON users (a); ALTER TABLE users ADD b int;";
  private static final String DOWN =
      "ALTER TABLE users DROP b; DROP INDEX CONCURRENTLY i; ALTER TABLE users DROP a;";

  private final ScriptTrial trial;

  DownScriptIT(PostgresServer server) {
    trial = new ScriptTrial(server);
  }

  @BeforeEach
  void seed() {
    trial.database.execute("CREATE TABLE users (id int)");
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void upDownUpDownReallyRunsEachTime() {
    for (int round = 1; round <= 2; round++) {
      assertThat(trial.run(Kind.EXPAND_UP, UP).executed()).hasSize(3);
      assertThat(trial.run(Kind.EXPAND_UP, UP).executed()).isEmpty();
      assertThat(rows()).containsExactly("expand.up.sql 3 true");
      assertThat(columns()).isEqualTo("id a b");

      assertThat(trial.run(Kind.EXPAND_DOWN, DOWN).executed()).hasSize(3);
      assertThat(trial.run(Kind.EXPAND_DOWN, DOWN).executed()).isEmpty();
      assertThat(rows()).containsExactly("expand.down.sql 3 true");
      assertThat(columns()).isEqualTo("id");
    }
  }

  @Test
  void otherKindsAndMigrationsAreNotForgotten() {
    trial.run(Kind.CONSTRAIN_UP, "CREATE INDEX j ON users (id)");
    trial.run(Kind.EXPAND_UP, UP);
    trial.run(Kind.EXPAND_DOWN, DOWN);
    trial.run(Kind.CLEANUP_UP, "DROP INDEX CONCURRENTLY j");
    trial.run(Kind.CLEANUP_DOWN, "CREATE TABLE j (id int)");

    assertThat(rows())
        .containsExactly(
            "cleanup.down.sql 1 true", "constrain.up.sql 1 true", "expand.down.sql 3 true");
  }

  @Test
  void aDownThatStoppedMustEndBeforeTheUpRunsAgain() {
    trial.run(Kind.EXPAND_UP, UP);
    stopAfterTheFirstTransaction(Kind.EXPAND_DOWN, DOWN);
    assertThat(rows()).containsExactly("expand.down.sql 1 false", "expand.up.sql 3 true");

    assertThatThrownBy(() -> trial.run(Kind.EXPAND_UP, UP))
        .isInstanceOf(ScriptException.class)
        .hasMessage(
            """
            jobs/0007_split/expand.up.sql: expand.down.sql has begun to take it back, 1 of its statements are applied.
            Nothing was applied by this run. Run expand.down.sql to its end first, by 'rollback 0007_split' or 'down'.""");

    assertThat(trial.run(Kind.EXPAND_DOWN, DOWN).doneBefore()).isEqualTo(1);
    assertThat(rows()).containsExactly("expand.down.sql 3 true");
    trial.run(Kind.EXPAND_UP, UP);
    assertThat(columns()).isEqualTo("id a b");
  }

  @Test
  void anUpThatStoppedTheSecondTimeIsTakenBackAgain() {
    trial.run(Kind.EXPAND_UP, UP);
    trial.run(Kind.EXPAND_DOWN, DOWN);
    stopAfterTheFirstTransaction(Kind.EXPAND_UP, UP);
    assertThat(rows()).containsExactly("expand.up.sql 1 false");

    assertThat(trial.run(Kind.EXPAND_DOWN, "ALTER TABLE users DROP a").executed()).hasSize(1);

    assertThat(rows()).containsExactly("expand.down.sql 1 true");
    assertThat(columns()).isEqualTo("id");
  }

  /** Killed between the last statement and the end: only the end is left. */
  @Test
  void aCrashBeforeTheCompletionRepeatsNothing() {
    trial.run(Kind.EXPAND_UP, UP);
    trial.run(Kind.EXPAND_DOWN, DOWN);
    trial.database.execute("UPDATE sluice.script SET completed = false");

    assertThat(trial.run(Kind.EXPAND_DOWN, DOWN).executed()).isEmpty();

    assertThat(rows()).containsExactly("expand.down.sql 3 true");
  }

  private void stopAfterTheFirstTransaction(Kind kind, String file) {
    int[] asked = {0};
    Waiter stops =
        pause -> {
          if (++asked[0] == 2) {
            throw new Waiter.StoppedException();
          }
        };
    assertThatThrownBy(() -> trial.run(kind, file, stops, ScriptTrial.ONCE))
        .isInstanceOf(Waiter.StoppedException.class);
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

  private String columns() {
    return trial.text(
        "SELECT string_agg(attname, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid ="
            + " 'users'::regclass AND attnum > 0 AND NOT attisdropped");
  }
}
