package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.definition.MigrationFolders;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.migration.Script.Kind;
import dev.sluice.schema.ScriptResult.Executed;
import dev.sluice.testing.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders of other tools, read and run as they are: forth, and back in the other order. */
@ParameterizedClass
@MethodSource("dev.sluice.testing.PostgresServer#all")
class ExistingFoldersIT {
  private static final Path FOLDERS = Path.of("src/test/resources/folders");
  private static final MigrationId FAILING = new MigrationId("000008_one_customer_per_email");

  private final ScriptTrial trial;
  private final ScriptRunner runner;

  ExistingFoldersIT(PostgresServer server) {
    trial = new ScriptTrial(server);
    runner = new ScriptRunner(trial.database.dataSource(), ScriptTrial.NO_WAIT, ScriptTrial.ONCE);
  }

  @AfterEach
  void drop() {
    trial.close();
  }

  @Test
  void pairsGoForthOverAFailureAndBack() {
    List<Migration> all = new MigrationFolders(FOLDERS.resolve("golang-migrate")).loadAll();
    assertThat(all).hasSize(10);
    assertThat(all.get(4).id()).hasToString("000005_add_customer_status");

    all.subList(0, 7).forEach(this::up);
    assertThat(trial.isTrue("(SELECT bool_and(indisvalid) FROM pg_index)")).isTrue();
    assertThat(trial.database.count("customers WHERE orders = 1 AND status = 'active'"))
        .isEqualTo(4);
    ScriptException failure =
        catchThrowableOfType(ScriptException.class, () -> this.up(all.get(7)));

    assertThat(failure.isHalfApplied()).isTrue();
    assertThat(failure)
        .hasMessage(
            """
            src/test/resources/folders/golang-migrate/000008_one_customer_per_email.up.sql:5: statement 3 of 5: CREATE UNIQUE INDEX CONCURRENTLY customers_login ON customers (login)
            ERROR: could not create unique index "customers_login" [23505]
            Applied before it, and kept:
              line 1: ALTER TABLE customers ADD COLUMN login text
              line 2: UPDATE customers SET login = lower(email)
            Rows contradict it. Correct the rows, then 'run 000008_one_customer_per_email' or 'up' goes on behind what is applied.
            Or go back: 'rollback 000008_one_customer_per_email'; or reverse what is applied by hand, then 'force 000008_one_customer_per_email pending'.""");
    ScriptState state = runner.state(FAILING, script(all.get(7), Kind.UP));
    assertThat(state.isHalfApplied()).isTrue();
    assertThat(state)
        .isEqualTo(
            new ScriptState(
                List.of(
                    new Executed(1, "ALTER TABLE customers ADD COLUMN login text"),
                    new Executed(2, "UPDATE customers SET login = lower(email)")),
                5,
                false,
                null,
                false,
                List.of()));

    trial.database.execute("UPDATE customers SET login = login || '+2' WHERE id = 3");
    assertThat(up(all.get(7)).executed()).extracting(Executed::line).containsExactly(5, 7, 8);
    all.subList(8, 10).forEach(this::up);
    assertThat(trial.text("SELECT string_agg(sku || sold, ' ') FROM sales")).isEqualTo("B-14");
    assertThat(trial.database.count("products WHERE category = 'music'")).isEqualTo(1);

    down(all);
    assertNothingIsLeft();
  }

  @Test
  void annotatedFilesGoForthAndBack() {
    List<Migration> all = new MigrationFolders(FOLDERS.resolve("goose")).loadAll();
    assertThat(all).hasSize(10);
    assertThat(all.get(8).id()).hasToString("20260115070000_drop_placed_index");

    all.forEach(this::up);
    assertThat(
            trial.text("SELECT string_agg(email || ' ' || tier, ', ' ORDER BY id) FROM customers"))
        .isEqualTo("ada@example.org gold, semi@example.org gold");
    assertThat(trial.text("SELECT customer_total(1)")).isEqualTo("300");
    assertThat(trial.database.count("orders WHERE settled AND mood = 'calm'")).isEqualTo(3);
    assertThat(trial.isTrue("(SELECT bool_and(indisvalid) FROM pg_index)")).isTrue();
    assertThat(trial.isTrue("to_regclass('orders_placed') IS NULL")).isTrue();

    down(all);
    assertNothingIsLeft();
    all.forEach(this::up);
  }

  private ScriptResult up(Migration migration) {
    return runner.run(migration.id(), script(migration, Kind.UP));
  }

  private void down(List<Migration> all) {
    for (int i = all.size() - 1; i >= 0; i--) {
      runner.run(all.get(i).id(), script(all.get(i), Kind.DOWN));
    }
  }

  private static Script script(Migration migration, Kind kind) {
    return migration.script(kind).orElseThrow();
  }

  private void assertNothingIsLeft() {
    assertThat(
            trial.text(
                """
                (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
                  + (SELECT count(*) FROM pg_type WHERE typnamespace = 'public'::regnamespace)
                  + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace)
                """))
        .isEqualTo("0");
  }
}
