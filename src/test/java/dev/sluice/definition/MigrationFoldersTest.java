package dev.sluice.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MigrationFoldersTest {

  private static final String ALLOWED =
      "Allowed: expand.up.sql, expand.down.sql, constrain.up.sql, constrain.down.sql,"
          + " cleanup.up.sql, cleanup.down.sql.";

  @TempDir private Path temporary;
  private JobsFolder jobs;

  @BeforeEach
  void createJobs() {
    jobs = new JobsFolder(temporary);
  }

  private void good(String... ids) {
    for (String id : ids) {
      jobs.write(id + "/migration.yaml", JobsFolder.GOOD);
    }
  }

  @Test
  void listsAndLoadsInOrder() {
    good("0010_b", "9_a", "20261120093000_c");
    assertThat(jobs.folders().ids())
        .extracting(MigrationId::value)
        .containsExactly("9_a", "0010_b", "20261120093000_c");
    assertThat(jobs.folders().loadAll())
        .extracting(migration -> migration.id().value())
        .containsExactly("9_a", "0010_b", "20261120093000_c");
  }

  @Test
  void anEmptyDirectoryHasNoMigration() {
    jobs.createFolder("");
    assertThat(jobs.folders().ids()).isEmpty();
    assertThat(jobs.problems(() -> jobs.load("0001_a")))
        .containsExactly("jobs: has no migration '0001_a'. There is none.");
  }

  @Test
  void ignoresWhatIsHiddenAndWhatIsNoMigration() {
    good("0001_a");
    jobs.write(".git/config", "").write(".DS_Store", "").write("schema.json", "{}");
    jobs.write("README.md", "").write("0001_a/.expand.sql.swp", "").write("0001_a/.x.sql", "");
    jobs.write("0001_a/notes.txt", "").write("0001_a/test/before.sql", "");
    assertThat(jobs.folders().loadAll()).hasSize(1);
  }

  @Test
  void readsTheScripts() {
    good("0001_test");
    jobs.write("0001_test/expand.up.sql", "ALTER TABLE a;\r\n");
    jobs.write("0001_test/cleanup.up.sql", "x");
    DataMigration migration = jobs.load();
    assertThat(migration.scripts()).containsOnlyKeys(Script.Kind.EXPAND_UP, Script.Kind.CLEANUP_UP);
    assertThat(migration.script(Script.Kind.EXPAND_UP))
        .contains(
            new Script(
                Script.Kind.EXPAND_UP, jobs.path("0001_test/expand.up.sql"), "ALTER TABLE a;\r\n"));
  }

  @Test
  void loadsOneEvenIfAnotherIsBroken() {
    good("0001_test");
    jobs.write("0002_broken/migration.yaml", ": :").createFolder("No Id").write("3.sql", "");
    assertThat(jobs.load().id()).hasToString("0001_test");
  }

  @Test
  void namesTheProblemsOfAllMigrationsAndOfTheDirectory() {
    good("0001_a", "0003_c");
    jobs.write("0002_b/migration.yaml", JobsFolder.GOOD + "workers: 0\n");
    jobs.createFolder("0004_d").createFolder("Misc").write("up.sql", "");
    assertThat(jobs.problems(() -> jobs.folders().loadAll()))
        .containsExactly(
            "jobs/Misc: 'Misc' is no migration id: a number or timestamp, '_', then [a-z0-9_], at"
                + " most 50 characters, like '0001_split_name'.",
            "jobs/up.sql: has no number in its name. Allowed: NUMBER_name.up.sql and"
                + " NUMBER_name.down.sql, or NUMBER_name.sql with '-- +goose Up' in it.",
            "jobs/0002_b/migration.yaml:5:10: workers must be 1 to 32, got 0. Remove it to use 2.",
            "jobs/0004_d: has none of migration.yaml, expand.up.sql, constrain.up.sql: nothing to"
                + " run.");
    assertThat(jobs.problems(() -> jobs.folders().ids())).hasSize(2);
  }

  @Test
  void theMessageHoldsEveryProblemOneALine() {
    jobs.definition(JobsFolder.GOOD + "workers: 0\nskip: -1\n");
    assertThatThrownBy(jobs::load)
        .isInstanceOf(DefinitionException.class)
        .hasMessage(
            "%1$s:5:10: workers must be 1 to 32, got 0. Remove it to use 2.\n%1$s:6:7: skip must be"
                + " 0 to 100000, got -1. Remove it to use 0.",
            jobs.path("0001_test/migration.yaml"));
  }

  @Test
  void aRelativeDirectoryMakesRelativeFiles() {
    jobs.definition(JobsFolder.GOOD + "workers: 0\n");
    Path relative = Path.of("").toAbsolutePath().relativize(jobs.path(""));
    assertThatThrownBy(() -> new MigrationFolders(relative).load(new MigrationId("0001_test")))
        .hasMessage(
            relative
                + "/0001_test/migration.yaml:5:10: workers must be 1 to 32, got 0. Remove it to use"
                + " 2.");
  }

  @Test
  void refusesTwoMigrationsWithOneNumber() {
    good("0001_a", "1_b", "0002_c");
    String ambiguous =
        "jobs/1_b: has number 1, and so has jobs/0001_a. Give it the next free number.";
    assertThat(jobs.problems(() -> jobs.folders().ids())).containsExactly(ambiguous);
    assertThat(jobs.problems(() -> jobs.folders().loadAll())).containsExactly(ambiguous);
    assertThat(jobs.problems(() -> jobs.load("0002_c"))).containsExactly(ambiguous);
  }

  @Test
  void refusesAFolderAndAFlatScriptWithOneId() {
    good("0001_a");
    jobs.write("0001_a.up.sql", "");
    assertThat(jobs.problems(() -> jobs.load("0001_a")))
        .containsExactly(
            "jobs/0001_a.up.sql: has number 1, and so has jobs/0001_a. Give it the next free"
                + " number.");
  }

  @Test
  void suggestsTheNearestIdAndNamesTheOthers() {
    good("0001_split_name", "0002_phone");
    assertThat(jobs.problems(() -> jobs.load("0001_splt_name")))
        .containsExactly(
            "jobs: has no migration '0001_splt_name'; did you mean '0001_split_name'? There are:"
                + " 0001_split_name, 0002_phone.");
  }

  @Test
  void namesAtMostTwentyOthers() {
    for (int i = 1; i <= 25; i++) {
      good(i + "_x");
    }
    assertThat(jobs.problems(() -> jobs.load("0099_something")).get(0))
        .startsWith("jobs: has no migration '0099_something'. There are: 1_x, 2_x, ")
        .endsWith(", 20_x and 5 more.");
  }

  @Test
  void aFolderWithoutADefinitionHasSqlFilesOnly() {
    jobs.write("0001_add_index/expand.up.sql", "x;\r\n").write("0001_add_index/notes.txt", "");
    jobs.write("0001_add_index/expand.down.sql", "y");
    SchemaMigration migration = jobs.loadSchema("0001_add_index");
    assertThat(migration.description()).isEqualTo("add index");
    assertThat(migration.place()).isEqualTo(jobs.path("0001_add_index"));
    assertThat(migration.isFlat()).isFalse();
    assertThat(migration.scripts().keySet())
        .containsExactly(Script.Kind.EXPAND_UP, Script.Kind.EXPAND_DOWN);
    String checksum = migration.checksum();
    jobs.write("0001_add_index/expand.up.sql", "x;\n");
    assertThat(jobs.loadSchema("0001_add_index").checksum()).isEqualTo(checksum);
    jobs.write("0001_add_index/expand.up.sql", "x; \n");
    assertThat(jobs.loadSchema("0001_add_index").checksum()).isNotEqualTo(checksum);
  }

  @Test
  void aFolderWithoutADefinitionMustGoUpAndHoldNoJava() {
    jobs.write("0001_test/cleanup.up.sql", "x");
    assertThat(jobs.problems())
        .containsExactly(
            "jobs/0001_test: has none of migration.yaml, expand.up.sql, constrain.up.sql: nothing"
                + " to run.");
    jobs.write("0001_test/expand.up.sql", "x").write("0001_test/A.java", "class A {}");
    assertThat(jobs.problems())
        .containsExactly(
            "jobs/0001_test/A.java: is a transform without a migration.yaml that would use it.");
  }

  @Test
  void whatIsDependedOnMustExistAndComeFirst() {
    good("0001_base");
    jobs.write("0002_a/migration.yaml", JobsFolder.GOOD + "depends-on: [0001_bsae, 0002_a]\n");
    jobs.write("0003_b/migration.yaml", JobsFolder.GOOD + "depends-on: [0001_base, 0005_d]\n");
    jobs.write("0004_c/migration.yaml", JobsFolder.GOOD + "depends-on: [0003_b]\n");
    jobs.write("0005_d/migration.yaml", JobsFolder.GOOD + "depends-on:\n  - 0004_c\n");
    assertThat(jobs.problems(() -> jobs.folders().loadAll()))
        .containsExactly(
            "jobs/0002_a/migration.yaml:5:14: depends-on: there is no migration '0001_bsae'; did"
                + " you mean '0001_base'?",
            "jobs/0002_a/migration.yaml:5:25: depends-on names the migration itself. Take it out.",
            "jobs/0004_c/migration.yaml:5:14: depends-on goes round in a circle, and none of them"
                + " could be the first: 0003_b -> 0005_d -> 0004_c -> 0003_b. Take one of them"
                + " out.");
  }

  @Test
  void refusesAScriptWithAnotherName() {
    good("0001_test");
    jobs.write("0001_test/expnad.up.sql", "").write("0001_test/Cleanup.up.SQL", "");
    jobs.write("0001_test/seed_everything_now.sql", "");
    assertThat(jobs.problems())
        .containsExactly(
            "jobs/0001_test/Cleanup.up.SQL: unknown script; did you mean 'cleanup.up.sql'? "
                + ALLOWED,
            "jobs/0001_test/expnad.up.sql: unknown script; did you mean 'expand.up.sql'? "
                + ALLOWED,
            "jobs/0001_test/seed_everything_now.sql: unknown script. " + ALLOWED);
  }

  @Test
  void refusesADefinitionWithAnotherName() {
    jobs.write("0001_test/migration.yml", JobsFolder.GOOD);
    assertThat(jobs.problems())
        .containsExactly(
            "jobs/0001_test/migration.yml: is not read; the definition's name is migration.yaml.");
  }

  @Test
  void refusesADownScriptWithoutItsUp() {
    good("0001_test");
    jobs.write("0001_test/expand.down.sql", "");
    assertThat(jobs.problems())
        .containsExactly(
            "jobs/0001_test/expand.down.sql: has no expand.up.sql that it could take back.");
  }

  @Test
  void namesProblemsOfEveryFileOfAFolderAtOnce() {
    jobs.definition(JobsFolder.GOOD + "workers: 0\n");
    jobs.write("0001_test/expand.up.sql", new byte[] {'a', '\n', (byte) 0xff});
    jobs.write("0001_test/constrain.up.sql", "ab\0");
    jobs.createFolder("0001_test/cleanup.up.sql");
    assertThat(jobs.problems())
        .containsExactly(
            "jobs/0001_test/cleanup.up.sql: is a directory, a file is wanted.",
            "jobs/0001_test/constrain.up.sql:1:3: has a NUL character.",
            "jobs/0001_test/expand.up.sql:2:1: is not UTF-8: byte 0xFF.",
            "jobs/0001_test/migration.yaml:5:10: workers must be 1 to 32, got 0. Remove it to use"
                + " 2.");
  }

  @Test
  void refusesAMissingDirectoryAndAFileInItsPlace() throws IOException {
    assertThat(jobs.problems(() -> jobs.folders().ids()))
        .containsExactly(
            "jobs: does not exist; a directory with a folder for each migration is wanted.");
    Files.writeString(jobs.path(""), "");
    assertThat(jobs.problems(() -> jobs.folders().loadAll()))
        .containsExactly(
            "jobs: is a file; a directory with a folder for each migration is wanted.");
  }

  @Test
  void refusesADefinitionThatIsNoFile() {
    jobs.createFolder("0001_test/migration.yaml");
    assertThat(jobs.problems())
        .containsExactly("jobs/0001_test/migration.yaml: is a directory, a file is wanted.");
  }

  @Test
  void refusesAPipeInsteadOfWaitingForIt() throws Exception {
    jobs.createFolder("0001_test");
    new ProcessBuilder("mkfifo", jobs.path("0001_test/migration.yaml").toString())
        .start()
        .waitFor();
    assertThat(jobs.problems())
        .containsExactly("jobs/0001_test/migration.yaml: is a device or a pipe, a file is wanted.");
  }

  @Test
  void refusesAFileWhereAFolderIsWanted() {
    jobs.write("0001_test", "");
    assertThat(jobs.problems()).containsExactly("jobs/0001_test: is a file, a folder is wanted.");
  }

  @Test
  void followsLinksThatLeadSomewhere() throws IOException {
    good("0001_test");
    Files.createSymbolicLink(jobs.path("0002_link"), jobs.path("0001_test"));
    assertThat(jobs.load("0002_link").folder()).isEqualTo(jobs.path("0002_link"));
  }

  @Test
  void refusesLinksThatLeadNowhere() throws IOException {
    good("0001_test");
    Files.createSymbolicLink(jobs.path("0002_link"), jobs.path("nowhere"));
    Files.createSymbolicLink(jobs.path("0003_loop"), jobs.path("0003_loop"));
    Files.createSymbolicLink(jobs.path("0001_test/expand.up.sql"), jobs.path("nowhere"));
    assertThat(jobs.problems(() -> jobs.folders().loadAll()))
        .containsExactly(
            "jobs/0001_test/expand.up.sql: is a symbolic link that leads to no file.",
            "jobs/0002_link: is a symbolic link that leads to no folder.",
            "jobs/0003_loop: is a symbolic link that leads to no folder.");
  }
}
