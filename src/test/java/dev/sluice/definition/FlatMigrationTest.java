package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlatMigrationTest {

  @TempDir private Path temporary;
  private JobsFolder jobs;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
  }

  @Test
  void aPairIsOneMigration() {
    jobs.write("000001_add_users.up.sql", "\uFEFFCREATE TABLE users (id int);\r\n");
    jobs.write("000001_add_users.down.sql", "DROP TABLE users;");
    SchemaMigration migration = jobs.loadSchema("000001_add_users");
    assertThat(migration.isFlat()).isTrue();
    assertThat(migration.description()).isEqualTo("add users");
    assertThat(migration.place()).isEqualTo(jobs.path("000001_add_users.up.sql"));
    assertThat(migration.script(Script.Kind.UP))
        .contains(
            new Script(
                Script.Kind.UP,
                jobs.path("000001_add_users.up.sql"),
                "CREATE TABLE users (id int);\r\n"));
    assertThat(migration.script(Script.Kind.DOWN).orElseThrow().text())
        .isEqualTo("DROP TABLE users;");
  }

  @Test
  void theDownMayBeMissingAndTheUpMayNot() {
    jobs.write("1_a.up.sql", "SELECT 1").write("2_b.down.sql", "SELECT 1");
    assertThat(jobs.loadSchema("1_a").scripts()).containsOnlyKeys(Script.Kind.UP);
    assertThat(jobs.problems(() -> jobs.folders().loadAll()))
        .containsExactly("jobs/2_b.down.sql: has no 2_b.up.sql that it could take back.");
  }

  @ParameterizedTest
  @CsvSource({
    "1_Create Users Table.up.sql, 1_create_users_table",
    "0002_add-e-mail.up.sql, 0002_add_e_mail",
    "20260114093000_ADD.users$v2.up.sql, 20260114093000_add_users_v2",
    "3_Größe.up.sql, 3_gr__e",
    "4_.up.sql, 4__",
    "5_x.UP.SQL, 5_x",
    "000006_a_name_that_is_longer_than_any_id_of_ours_may_ever_be.up.sql,"
        + " 000006_a_name_that_is_longer_than_any_id_of_ours_m",
  })
  void anyNameBehindTheNumberMakesAnId(String file, String id) {
    jobs.write(file, "SELECT 1");
    assertThat(jobs.folders().ids()).extracting(MigrationId::value).containsExactly(id);
    assertThat(jobs.loadSchema(id).place()).isEqualTo(jobs.path(file));
  }

  @Test
  void aPairIsMadeByItsNumber() {
    jobs.write("0003_add_users.up.sql", "up").write("3_drop_users.down.sql", "down");
    SchemaMigration migration = jobs.loadSchema("0003_add_users");
    assertThat(migration.script(Script.Kind.DOWN).orElseThrow().text()).isEqualTo("down");
    assertThat(jobs.folders().ids()).hasSize(1);
  }

  @Test
  void aNumberIsUsedOnceOverFoldersAndFiles() {
    jobs.write("0001_a/expand.up.sql", "").write("1_b.up.sql", "").write("2_c.sql", "");
    jobs.write("2_C.up.sql", "").write("3_d.up.sql", "").write("3_e.up.sql", "");
    jobs.write("4_f.up.sql", "").write("4_f.down.sql", "").write("4_g.down.sql", "");
    assertThat(jobs.problems(() -> jobs.folders().ids()))
        .containsExactly(
            "jobs/1_b.up.sql: has number 1, and so has jobs/0001_a. Give it the next free number.",
            "jobs/2_c.sql: has number 2, and so has jobs/2_C.up.sql. Give it the next free number.",
            "jobs/3_e.up.sql: has number 3, and so has jobs/3_d.up.sql. Give it the next free"
                + " number.",
            "jobs/4_g.down.sql: has number 4, and so has jobs/4_f.up.sql. Give it the next free"
                + " number.");
  }

  @Test
  void foldersAndFilesMixInTheOrderOfTheirNumbers() {
    jobs.write("0002_b/migration.yaml", JobsFolder.GOOD).write("3_c.sql", "-- +goose Up\n");
    jobs.write("1_a.up.sql", "").write("0004_d/constrain.up.sql", "");
    assertThat(jobs.folders().loadAll())
        .extracting(migration -> migration.id().value())
        .containsExactly("1_a", "0002_b", "3_c", "0004_d");
  }

  @Test
  void aMigrationInGoIsNotPassedOver() {
    jobs.write("0001_a.up.sql", "").write("0002_b.go", "").write("0002_b_test.go", "");
    jobs.write("embed.go", "");
    assertThat(jobs.problems(() -> jobs.folders().loadAll()))
        .containsExactly(
            "jobs/0002_b.go: is a migration in Go, which cannot be run here, and the ones behind it"
                + " may need it. Write it as SQL.");
  }

  @Test
  void aHalfOfAPairIsNotAnnotatedToo() {
    jobs.write("1_a.up.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;");
    assertThat(jobs.problems(() -> jobs.load("1_a")))
        .containsExactly(
            "jobs/1_a.up.sql:3: '-- +goose Down' in one half of a pair, which is run whole. Name"
                + " the file NUMBER_name.sql, or take the part behind it out.");
  }

  @Test
  void theChecksumIsOverBothWaysAndHowTheyRun() {
    String sum = checksum("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n");
    assertThat(checksum("-- +goose Up\r\nSELECT 1;\r\n-- +goose Down\r\nSELECT 2;\r\n"))
        .isEqualTo(sum);
    assertThat(checksum("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 3;\n")).isNotEqualTo(sum);
    assertThat(checksum("-- +goose Up\nSELECT 1;\n")).isNotEqualTo(sum);
    String plain = checksum("\n-- +goose Up\nSELECT 1;");
    assertThat(checksum("-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;")).isNotEqualTo(plain);
  }

  private String checksum(String text) {
    jobs.write("1_a.sql", text.getBytes(StandardCharsets.UTF_8));
    return jobs.loadSchema("1_a").checksum();
  }
}
