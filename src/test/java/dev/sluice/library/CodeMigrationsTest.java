package dev.sluice.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.definition.DefinitionException;
import dev.sluice.migration.Check;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.DataSize;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.OnFailure;
import dev.sluice.migration.Script;
import dev.sluice.migration.Sync;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.TimeWindow;
import dev.sluice.migration.Undo;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Migrations in code obey the rules of files, and tell all that is wrong at once. */
class CodeMigrationsTest {

  @Test
  void aSyncTriggerWithAWayBack() {
    DataMigration built =
        (DataMigration)
            CodeMigrations.rows("0001_x", "Sets it")
                .table("users")
                .where("a IS NULL")
                .set("a", "upper(b)")
                .syncBack("b", "lower(a)")
                .syncIdempotent()
                .build()
                .migration();
    assertThat(built.sync())
        .isEqualTo(new Sync.Trigger(Map.of(new Identifier("b"), "lower(a)"), true));
    DataMigration plain =
        (DataMigration)
            CodeMigrations.rows("0001_x", "Sets it")
                .table("users")
                .where("a IS NULL")
                .set("a", "upper(b)")
                .syncByTrigger()
                .build()
                .migration();
    assertThat(plain.sync()).isEqualTo(new Sync.Trigger(Map.of(), false));
  }

  @Test
  void eachMethodIsTheKeyOfItsName() {
    DataMigration built =
        (DataMigration)
            CodeMigrations.rows("0001_x", "Sets it: with \"quotes\" and a # sign")
                .table("app.\"Order\"")
                .key("id")
                .where("a = 'yes: no' -- never\n OR a IS NULL")
                .set("a", "'x'")
                .set("b", "b + 1")
                .expand("ALTER TABLE x ADD y int;", "ALTER TABLE x DROP y;")
                .undo("a", "NULL")
                .undo("b", "b - 1")
                .checkBefore("rows", "SELECT true")
                .checkAfter("done", "SELECT false")
                .notNull("a", "b")
                .rowCountUnchanged()
                .chunkRows(500)
                .chunkTargetTime(Duration.ofMillis(150))
                .workers(4)
                .throttle(
                    throttle ->
                        throttle
                            .pause(Duration.ofMillis(50))
                            .rowsPerSecond(5000)
                            .replicaLag(Duration.ofSeconds(5))
                            .replicaLagSize("64MB")
                            .slotWal("10GB")
                            .archiveBacklog(100)
                            .ignoreBlockedSessions()
                            .activeSessions(20)
                            .ignoreVacuum()
                            .longTransactions(Duration.ofMinutes(30))
                            .window("22:00-06:00 Europe/Berlin")
                            .when("SELECT false"))
                .skip(5)
                .retry(3, Duration.ofSeconds(2))
                .rollbackOnFailure()
                .dependsOn("0000_base")
                .build()
                .migration();

    assertThat(built.description()).isEqualTo("Sets it: with \"quotes\" and a # sign");
    assertThat(built.table()).hasToString("app.Order");
    assertThat(built.key()).containsExactly(new Identifier("id"));
    assertThat(built.guard()).isEqualTo("a = 'yes: no' -- never\n OR a IS NULL");
    assertThat(built.change().writtenColumns()).hasToString("[a, b]");
    assertThat(built.undo()).isInstanceOf(Undo.Inverse.class);
    assertThat(built.script(Script.Kind.EXPAND_DOWN).orElseThrow().text())
        .isEqualTo("ALTER TABLE x DROP y;");
    assertThat(built.checks().before()).extracting(Check::name).containsExactly("rows");
    assertThat(built.checks().after())
        .extracting(Check::name)
        .containsExactly("done", "not-null [a, b]", "row-count unchanged");
    assertThat(built.tuning().chunk().rows()).isEqualTo(500);
    assertThat(built.tuning().chunk().targetTime()).isEqualTo(Duration.ofMillis(150));
    assertThat(built.tuning().workers()).isEqualTo(4);
    assertThat(built.tuning().skip()).isEqualTo(5);
    assertThat(built.tuning().throttle())
        .isEqualTo(
            new ThrottlePolicy(
                new ThrottlePolicy.Speed(Duration.ofMillis(50), 5000),
                new ThrottlePolicy.Wal(
                    Duration.ofSeconds(5), DataSize.of(64, "MB"), DataSize.of(10, "GB"), 100),
                new ThrottlePolicy.Load(false, false, 20, Duration.ofMinutes(30)),
                TimeWindow.parse("22:00-06:00 Europe/Berlin"),
                "SELECT false"));
    assertThat(built.tuning().retry().attempts()).isEqualTo(3);
    assertThat(built.tuning().retry().backoff()).isEqualTo(Duration.ofSeconds(2));
    assertThat(built.onFailure()).isEqualTo(OnFailure.ROLLBACK);
    assertThat(built.dependsOn()).hasToString("[0000_base]");
  }

  @Test
  void theVersionOfATransformStandsForItsCode() {
    assertThat(transform("1")).isEqualTo(transform("1")).isNotEqualTo(transform("2"));
  }

  private static String transform(String version) {
    return CodeMigrations.rows("0001_x", "x")
        .table("t")
        .where("b IS NULL")
        .transform(List.of("a"), List.of("b"), version, row -> row.set("b", row.get("a")))
        .build()
        .migration()
        .checksum();
  }

  @Test
  void wrongRowsAreToldAllAtOnce() {
    assertThatExceptionOfType(DefinitionException.class)
        .isThrownBy(
            () ->
                CodeMigrations.rows("0001_x", "x")
                    .key("id")
                    .set("id", "1; DROP TABLE t")
                    .chunkRows(5)
                    .build())
        .withMessage(
            """
            0001_x (in code): table is missing: the table whose rows change.
            0001_x (in code): set writes column 'id', which is in key; a migration must not change its key.
            0001_x (in code): set.id has a ';': one expression or query is wanted, and no end of it.
            0001_x (in code): chunk.rows must be 100 to 1000, got 5. Remove it to use 1000.""");
  }

  @Test
  void wrongCodeIsToldAllAtOnce() {
    assertThatExceptionOfType(DefinitionException.class)
        .isThrownBy(
            () ->
                CodeMigrations.transaction("0001_x", " ")
                    .timeLimit(Duration.ofHours(1))
                    .rollbackOnFailure()
                    .build())
        .withMessage(
            """
            0001_x (in code): description is missing: one line that says what the migration does.
            0001_x (in code): version is missing: it stands for the code in the checksum.
            0001_x (in code): up is missing: the code of the way forth.
            0001_x (in code): down is missing: the code of the way back, or 'irreversible' with the reason.
            0001_x (in code): rollbackOnFailure needs a down.
            0001_x (in code): timeLimit must be 100 ms to 10 min, got 3600000 ms.""");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CodeMigrations.transaction("seed", "x"))
        .withMessageStartingWith("'seed' is no migration id");
  }
}
