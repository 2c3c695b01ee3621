package dev.sluice.versions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.CommandLine;
import dev.sluice.testing.CommandLine.Result;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Up, down and what an operator settles, on a database and by the command line. */
class VersionsIT {

  private static final int DONE = 0;
  private static final int USAGE = 2;
  private static final int REFUSED = 3;
  private static final int FAILED = 5;
  private static final int BUSY = 7;

  private static final String FILL =
      """
      description: Fill b from a
      table: item
      where: b IS NULL
      set: {b: a * 2}
      """;

  @TempDir private Path jobs;
  private TestDatabase database;
  private CommandLine sluice;

  @BeforeEach
  void create() throws IOException {
    database = PostgresServer.newest().newDatabase();
    sluice = new CommandLine(database, jobs);
    pair(
        "0001_item",
        """
        CREATE TABLE item (id int PRIMARY KEY, a int NOT NULL);
        INSERT INTO item SELECT i, i FROM generate_series(1, 300) AS i;
        """,
        "DROP TABLE item;\n");
    folder("0002_b", "expand.up.sql", "ALTER TABLE item ADD COLUMN b int;\n");
    write("0002_b/expand.down.sql", "ALTER TABLE item DROP COLUMN b;\n");
    folder("0003_fill", "migration.yaml", FILL);
    pair("0004_shop", "CREATE TABLE shop (id int PRIMARY KEY);\n", "DROP TABLE shop;\n");
  }

  @AfterEach
  void drop() {
    database.close();
  }

  private void pair(String id, String up, String down) throws IOException {
    write(id + ".up.sql", up);
    write(id + ".down.sql", down);
  }

  private void folder(String id, String file, String text) throws IOException {
    Files.createDirectories(jobs.resolve(id));
    write(id + "/" + file, text);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(jobs.resolve(file), text);
  }

  private Result done(String... command) {
    Result result = sluice.run(command);
    assertThat(result.exitCode()).as("%s", result).isEqualTo(DONE);
    return result;
  }

  private String version() {
    return done("version").out();
  }

  @Test
  void upRunsAllKindsInOrderAndASecondTimeNothing() {
    assertThat(version()).isEqualTo("none\n0 of 4 applied, next is 0001_item\n");
    Result up = done("up");
    assertThat(up.out().lines().filter(line -> !line.startsWith(" ")))
        .containsExactly(
            "0001_item: completed",
            "0002_b: completed",
            "0003_fill: completed",
            "0004_shop: completed",
            "done, now at 0004_shop");
    assertThat(database.count("item WHERE b = a * 2")).isEqualTo(300);
    assertThat(done("up").out()).isEqualTo("nothing to do, now at 0004_shop\n");
    assertThat(version()).isEqualTo("0004_shop\n4 of 4 applied\n");
    assertThat(done("run", "0003_fill", "--dry-run").out())
        .matches("0003_fill: completed at \\S+, nothing to do\n");
  }

  @Test
  void upGoesAsFarAsAsked() {
    assertThat(done("up", "1").out()).endsWith("done, now at 0001_item\n");
    assertThat(done("up", "--to", "3").out()).endsWith("done, now at 0003_fill\n");
    assertThat(done("up", "--to", "0002_b").out()).isEqualTo("nothing to do, now at 0003_fill\n");
    assertThat(sluice.run("up", "--to", "0003_fil").err())
        .isEqualTo("there is no migration '0003_fil'; did you mean '0003_fill'?\n");
    assertThat(sluice.run("up", "--to", "9").exitCode()).isEqualTo(USAGE);
    assertThat(sluice.run("up", "0").err()).isEqualTo("N must be 1 or more migrations, got 0\n");
    assertThat(sluice.run("up", "1", "--to", "3").err())
        .isEqualTo("N and --to say both how far: give one of them\n");
  }

  @Test
  void downTakesTheLastBackAndGotoGoesBothWays() {
    done("up");
    assertThat(done("down").out()).endsWith("done, now at 0003_fill\n");
    assertThat(database.count("pg_class WHERE relname = 'shop'")).isZero();
    Result down = done("down", "2");
    assertThat(down.out().lines().filter(line -> !line.startsWith(" ")))
        .containsExactly("0003_fill: rolled back", "0002_b: rolled back", "done, now at 0001_item");
    assertThat(done("goto", "4").out()).endsWith("done, now at 0004_shop\n");
    assertThat(database.count("item WHERE b = a * 2")).isEqualTo(300);
    assertThat(done("goto", "0001_item").out()).endsWith("done, now at 0001_item\n");
    assertThat(done("down", "5").out()).endsWith("done, no migration is applied\n");
    assertThat(done("down").out()).isEqualTo("nothing to do, no migration is applied\n");
  }

  @Test
  void anEditedAppliedFileIsRefusedUntilItIsAccepted() throws IOException {
    done("up");
    write("0004_shop.up.sql", "CREATE TABLE shop (id bigint PRIMARY KEY);\n");
    for (String[] command :
        new String[][] {{"up"}, {"run", "0004_shop"}, {"goto", "1"}, {"repair"}}) {
      Result result = sluice.run(command);
      assertThat(result.exitCode()).as("%s", result).isEqualTo(REFUSED);
      assertThat(result.err())
          .matches(
              "(?s)0004_shop: was completed at \\S+ with other files \\(checksum [0-9a-f]{12}, now"
                  + " [0-9a-f]{12}\\), and what they did stays done\\. Put the files back, and make a new"
                  + " migration for the change; or, if both do the same, take the new ones as they are:"
                  + " 'repair 0004_shop --accept-changes'\\.\n");
    }
    assertThat(version()).contains("0004_shop: its files have changed since\n");
    assertThat(done("repair", "--accept-changes").out())
        .matches(
            "0004_shop: its files are accepted as they are now \\(checksum was [0-9a-f]{12}, is"
                + " [0-9a-f]{12}\\)\n");
    assertThat(done("up").out()).isEqualTo("nothing to do, now at 0004_shop\n");
    assertThat(done("down").out()).endsWith("done, now at 0003_fill\n");
  }

  @Test
  void aLateArrivalAndAGapAreToldAndRunInTheirPlace() throws IOException {
    pair("0006_late", "CREATE TABLE six (id int);\n", "DROP TABLE six;\n");
    done("up");
    pair("0005_x", "CREATE TABLE five (id int);\n", "DROP TABLE five;\n");
    pair("0009_y", "CREATE TABLE nine (id int);\n", "DROP TABLE nine;\n");
    Result up = done("up");
    assertThat(up.err())
        .isEqualTo(
            "note: there is no number 7 to 8 between 0006_late and 0009_y\n"
                + "note: 0005_x is not applied, though 0006_late after it is: it arrived late, or was"
                + " taken back\n");
    assertThat(up.out().lines().filter(line -> !line.startsWith(" ")))
        .containsExactly("0005_x: completed", "0009_y: completed", "done, now at 0009_y");
  }

  @Test
  void whatDependsOnAnotherWaitsForItAndKeepsIt() throws IOException {
    write("0003_fill/migration.yaml", FILL + "depends-on: [0004_shop]\n");
    done("up", "2");
    Result early = sluice.run("run", "0003_fill");
    assertThat(early.exitCode()).isEqualTo(REFUSED);
    assertThat(early.err())
        .isEqualTo("0003_fill: depends on 0004_shop, not applied yet. Run that first.\n");
    assertThat(done("up", "--to", "3").out().lines().filter(line -> !line.startsWith(" ")))
        .containsExactly("0004_shop: completed", "0003_fill: completed", "done, now at 0004_shop");
    Result kept = sluice.run("rollback", "0004_shop");
    assertThat(kept.exitCode()).isEqualTo(REFUSED);
    assertThat(kept.err()).isEqualTo("0004_shop: 0003_fill depends on it. Take that back first.\n");
    assertThat(done("down", "2").out().lines().filter(line -> !line.startsWith(" ")))
        .containsExactly("0003_fill: rolled back", "0004_shop: rolled back", "done, now at 0002_b");
  }

  @Test
  void aMigrationWithoutItsFilesCannotBeTakenBack() throws IOException {
    done("up");
    Files.delete(jobs.resolve("0004_shop.up.sql"));
    Files.delete(jobs.resolve("0004_shop.down.sql"));
    Result down = sluice.run("down");
    assertThat(down.exitCode()).isEqualTo(REFUSED);
    assertThat(down.err())
        .isEqualTo(
            "note: 0004_shop is completed here, and has no files in this directory\n"
                + "0004_shop: has no files in this directory, so nobody knows how to take it back. Put"
                + " them back.\n"
                + "ended at 0004_shop, 0 of 1 not begun, now at 0004_shop\n");
  }

  @Test
  void oneWayAtATime() throws SQLException {
    done("up", "1");
    try (Connection other = database.connect();
        Statement statement = other.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(hashtextextended('sluice.ledger', 0))");
      Result up = sluice.run("up");
      assertThat(up.exitCode()).isEqualTo(BUSY);
      assertThat(up.err())
          .matches("another process goes up or down: server process \\d+ of .* since .* UTC\n");
    }
    done("up");
  }

  @Test
  void theHistoryKeepsWhoDidWhatFromWhichFiles() {
    done("up", "1");
    done("down");
    Result history = sluice.runWithoutJobs("history", "0001_item");
    String user = database.server().user();
    assertThat(history.out().lines())
        .hasSize(4)
        .allMatch(
            line ->
                line.matches(
                    "\\S+Z  0001_item  run 1  \\w+: .* checksum [0-9a-f]{12}  by "
                        + user
                        + ", process \\d+ on .*"));
    assertThat(history.out().replaceAll("(?m)^.*run 1  |  checksum.*$", ""))
        .isEqualTo(
            """
            start: pending -> running
            end: running -> completed
            start: completed -> rolling_back
            end: rolling_back -> rolled_back
            """);
    assertThat(sluice.run("history", "0001_item").out()).isEqualTo(history.out());
    assertThat(sluice.run("status", "0001_item").out())
        .as("takes --jobs as every command does")
        .contains("0001_item", "rolled_back");
    assertThat(sluice.runWithoutJobs("history", "--json").out())
        .startsWith("[{\"id\":\"0001_item\",\"run\":1,\"at\":\"");
  }

  /** Its first statement stays when the second one fails: an index cannot be in a transaction. */
  private void halfApplied() throws IOException {
    pair(
        "0005_unique",
        """
        CREATE TABLE note (id int, item int);
        CREATE INDEX CONCURRENTLY note_item ON note (item);
        INSERT INTO note VALUES (1, 1), (1, 2);
        CREATE UNIQUE INDEX note_id ON note (id);
        """,
        "DROP TABLE note;\n");
    Result up = sluice.run("up");
    assertThat(up.exitCode()).as("%s", up).isEqualTo(FAILED);
    assertThat(up.err())
        .contains(
            "0005_unique.up.sql:4: statement 4 of 4: CREATE UNIQUE INDEX note_id ON note (id)")
        .contains("Applied before it, and kept:")
        .endsWith("ended at 0005_unique, 0 of 5 not begun, now at 0004_shop\n");
    assertThat(version()).contains("0005_unique: dirty, because ");
  }

  @Test
  void aDirtyMigrationIsExplainedCorrectedAndFinished() throws IOException {
    halfApplied();
    Result repair = done("repair");
    assertThat(repair.out())
        .startsWith(
            "0005_unique: was dirty, and is failed now: 'run 0005_unique' or 'up' goes on behind what"
                + " is applied\n")
        .contains("CREATE INDEX CONCURRENTLY note_item ON note (item)")
        .contains("'rollback 0005_unique'");
    assertThat(version()).contains("0005_unique: failed, because ");
    write(
        "0005_unique.up.sql",
        """
        CREATE TABLE note (id int, item int);
        CREATE INDEX CONCURRENTLY note_item ON note (item);
        INSERT INTO note VALUES (1, 1), (2, 2);
        CREATE UNIQUE INDEX note_id ON note (id);
        """);
    assertThat(done("up").out()).endsWith("done, now at 0005_unique\n");
    assertThat(database.count("note")).isEqualTo(2);
    assertThat(done("repair").out()).isEqualTo("nothing to repair\n");
  }

  @Test
  void aDirtyMigrationIsTakenBack() throws IOException {
    halfApplied();
    assertThat(done("down").out()).endsWith("done, now at 0004_shop\n");
    assertThat(database.count("pg_class WHERE relname = 'note'")).isZero();
  }

  @Test
  void aDirtyMigrationIsSettledByHand() throws IOException {
    halfApplied();
    database.execute("UPDATE note SET id = item; CREATE UNIQUE INDEX note_id ON note (id)");
    assertThat(done("force", "5", "completed").out())
        .isEqualTo("0005_unique: was dirty, is completed now; nothing of it was run\n");
    assertThat(version()).isEqualTo("0005_unique\n5 of 5 applied\n");
    assertThat(done("down").out()).endsWith("done, now at 0004_shop\n");
    assertThat(database.count("pg_class WHERE relname = 'note'")).isZero();
  }

  @Test
  void whatIsForcedToBePendingBeginsAnew() throws IOException {
    halfApplied();
    database.execute("DROP TABLE IF EXISTS note");
    assertThat(done("force", "0005_unique", "pending").out())
        .isEqualTo("0005_unique: was dirty, is pending now; nothing of it was run\n");
    assertThat(done("force", "0005_unique", "pending").out())
        .isEqualTo("0005_unique: is pending already\n");
    write("0005_unique.up.sql", "CREATE TABLE note (id int PRIMARY KEY);\n");
    assertThat(done("up").out()).endsWith("done, now at 0005_unique\n");
    assertThat(sluice.runWithoutJobs("history", "5").exitCode()).isEqualTo(USAGE);
    assertThat(sluice.runWithoutJobs("history", "0005_unique").out())
        .contains("  run 2  force: dirty -> pending")
        .contains("was dirty, forced by an operator");
  }

  /** A process may die between the two, and force given again finds the state as it should be. */
  @Test
  void forceNotesTheStateAndTheEndOfWhatWasAskedTogether() throws IOException {
    halfApplied();
    askToPause("0005_unique");
    database.execute(
        """
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
        CREATE TRIGGER fail BEFORE UPDATE ON sluice.command FOR EACH ROW EXECUTE FUNCTION fail();
        """);
    assertThat(sluice.run("force", "5", "completed").exitCode()).isNotZero();
    assertThat(database.count("sluice.migration WHERE state = 'dirty'")).isEqualTo(1);
    database.execute("DROP TRIGGER fail ON sluice.command");
    done("force", "5", "completed");
    assertThat(database.count("sluice.command WHERE over_at IS NULL")).isZero();
  }

  @Test
  void whatIsImportedIsNoLongerPaused() throws IOException {
    database.execute(
        """
        CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
        INSERT INTO schema_migrations VALUES (4, false);
        """);
    done("force", "4", "pending");
    askToPause("0004_shop");
    done("ledger", "import");
    assertThat(database.count("sluice.command WHERE over_at IS NULL")).isZero();
  }

  private void askToPause(String id) {
    database.execute(
        "INSERT INTO sluice.command (migration_id, command, given_by) VALUES ('%s', 'pause', 'anna')"
            .formatted(id));
  }

  @Test
  void onlyStatesWithoutAProcessCanBeForced() {
    Result result = sluice.run("force", "1", "running");
    assertThat(result.exitCode()).isEqualTo(USAGE);
    assertThat(result.err())
        .isEqualTo(
            "STATE must be one of pending, stopped, failed, completed, rolled_back, cleaned, got"
                + " 'running'. What means a process at work is not for people to say.\n");
  }

  @Test
  void oldValuesAreNotForgottenByForce() throws IOException {
    write("0003_fill/migration.yaml", FILL + "undo: journal\n");
    done("up");
    Result result = sluice.run("force", "3", "pending");
    assertThat(result.exitCode()).isEqualTo(REFUSED);
    assertThat(result.err().replaceAll("about [0-9,]+ rows", "about N rows"))
        .isEqualTo(
            "0003_fill: its undo journal sluice.undo_0003_fill holds old values of about N rows, and a"
                + " run that begins anew would take them for its own. Take it back with 'rollback"
                + " 0003_fill'; or, if they are of no use any more, 'force 0003_fill pending"
                + " --discard-journal'.\n");
    done("force", "3", "pending", "--discard-journal");
    database.execute("UPDATE item SET b = NULL");
    assertThat(done("up").out()).endsWith("done, now at 0004_shop\n");
    assertThat(database.count("item WHERE b = a * 2")).isEqualTo(300);
  }

  @Test
  void whatGolangMigrateAppliedIsTakenOver() throws IOException {
    database.execute(
        """
        CREATE TABLE item (id int PRIMARY KEY, a int NOT NULL);
        CREATE TABLE shop (id int PRIMARY KEY);
        CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
        INSERT INTO schema_migrations VALUES (4, true);
        """);
    Result dirty = sluice.run("ledger", "import");
    assertThat(dirty.exitCode()).isEqualTo(REFUSED);
    assertThat(dirty.err())
        .isEqualTo(
            "table schema_migrations says that 4 stopped in its middle (dirty). Settle that with the"
                + " tool that wrote it, then import.\n");
    database.execute("UPDATE schema_migrations SET dirty = false");
    assertThat(done("ledger", "import").out())
        .isEqualTo(
            """
            0001_item: imported as completed
            0004_shop: imported as completed
            2 imported from schema_migrations, 0 were here before, 2 are not applied
            """);
    assertThat(done("ledger", "import").out())
        .contains("0004_shop: is completed here, and stays so\n")
        .endsWith("0 imported from schema_migrations, 2 were here before, 2 are not applied\n");
    // folders of ours no other tool can have applied
    assertThat(done("up").out().lines().filter(line -> !line.startsWith(" ")))
        .containsExactly("0002_b: completed", "0003_fill: completed", "done, now at 0004_shop");
    assertThat(done("down").out()).endsWith("done, now at 0003_fill\n");
    assertThat(database.count("pg_class WHERE relname = 'shop'")).isZero();
  }

  @Test
  void whatGooseAppliedIsTakenOver() {
    assertThat(sluice.run("ledger", "import").err())
        .isEqualTo(
            "there is no table schema_migrations or goose_db_version in the search_path. Name it with"
                + " --table.\n");
    database.execute(
        """
        CREATE TABLE item (id int PRIMARY KEY, a int NOT NULL);
        CREATE TABLE goose_db_version (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now());
        INSERT INTO goose_db_version (version_id, is_applied)
        VALUES (0, true), (1, true), (4, true), (4, false), (77, true);
        """);
    assertThat(done("ledger", "import").out())
        .isEqualTo(
            """
            0001_item: imported as completed
            1 imported from goose_db_version, 0 were here before, 3 are not applied; it also names 77, of which there are no files here
            """);
    assertThat(done("up").out()).endsWith("done, now at 0004_shop\n");
  }

  @Test
  void whatWasTakenBackDoesNotGoOnInItsMiddle() {
    done("up");
    done("down", "2");
    Result result = sluice.run("force", "3", "failed");
    assertThat(result.exitCode()).isEqualTo(REFUSED);
    assertThat(result.err())
        .isEqualTo(
            "0003_fill: is rolled_back, and cannot go on as failed. What is true of it: completed,"
                + " rolled_back or pending?\n");
    done("up");
    assertThat(database.count("item WHERE b = a * 2")).isEqualTo(300);
  }

  @Test
  void jobsThatAreOverDoNotAnswerForAForcedState() {
    done("up");
    done("down");
    database.execute("CREATE TABLE shop (id int)");
    done("force", "4", "completed");
    assertThat(done("down").out()).contains("0004_shop: rolled back");
    assertThat(database.count("pg_class WHERE relname = 'shop'")).isZero();

    done("force", "3", "failed");
    database.execute("UPDATE item SET b = NULL WHERE id > 100");
    assertThat(done("run", "0003_fill").out()).startsWith("0003_fill: completed\n");
    assertThat(database.count("item WHERE b = a * 2")).isEqualTo(300);
  }

  @Test
  void dependenciesOutliveForce() throws IOException {
    write("0003_fill/migration.yaml", FILL + "depends-on: [0004_shop]\n");
    done("up");
    done("force", "3", "failed");
    done("force", "3", "completed");
    assertThat(sluice.run("rollback", "0004_shop").err())
        .isEqualTo("0004_shop: 0003_fill depends on it. Take that back first.\n");
  }

  @Test
  void aCorrectedWayBackIsAccepted() throws IOException {
    write("0004_shop.down.sql", "DROP TABLE shopp;\n");
    done("up");
    assertThat(sluice.run("down").exitCode()).isEqualTo(FAILED);
    write("0004_shop.down.sql", "DROP TABLE shop;\n");
    Result refused = sluice.run("down");
    assertThat(refused.exitCode()).isEqualTo(REFUSED);
    assertThat(refused.err())
        .contains(
            "or, if only what takes it back was corrected, 'repair 0004_shop --accept-changes'.");
    assertThat(done("repair", "4").out())
        .contains("its files are others now: 'repair 0004_shop --accept-changes'");
    done("repair", "0004_shop", "--accept-changes");
    assertThat(done("down").out()).endsWith("done, now at 0003_fill\n");
    assertThat(sluice.runWithoutJobs("status", "0004_shop").out())
        .startsWith("0004_shop  rolled_back");
  }

  @Test
  void aNameThatNobodyUsesAnyMoreBlocksNothing() throws IOException {
    done("up");
    done("down");
    Files.move(jobs.resolve("0004_shop.up.sql"), jobs.resolve("0004_store.up.sql"));
    Files.move(jobs.resolve("0004_shop.down.sql"), jobs.resolve("0004_store.down.sql"));
    assertThat(version()).isEqualTo("0003_fill\n3 of 4 applied, next is 0004_store\n");
    assertThat(done("up").out()).endsWith("done, now at 0004_store\n");
    Result force = sluice.run("force", "0004_shop", "completed");
    assertThat(force.exitCode()).isEqualTo(USAGE);
  }

  @Test
  void aLaunchThatNeverBeganTakesNothingBack() throws Exception {
    write("0003_fill/migration.yaml", FILL + "on-failure: rollback\n");
    done("up");
    database.execute(
        """
        CREATE SEQUENCE launches;
        CREATE FUNCTION refuse_first() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('launches') = 1 THEN
            RAISE 'not now' USING ERRCODE = 'check_violation';
          END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse_first BEFORE UPDATE ON sluice.migration
          FOR EACH ROW EXECUTE FUNCTION refuse_first()
        """);
    Result run = sluice.run("run", "0003_fill");
    assertThat(run.exitCode()).as("%s", run).isEqualTo(FAILED);
    assertNothingIsTakenBack();
  }

  /** The wait for the schema takes its half minute. */
  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void aLaunchThatWaitedForTheSchemaInVainTakesNothingBack() throws Exception {
    write("0003_fill/migration.yaml", FILL + "on-failure: rollback\n");
    done("up");
    database.execute(
        """
        CREATE TABLE last AS SELECT * FROM sluice.schema_version ORDER BY installed_rank DESC LIMIT 1;
        DELETE FROM sluice.schema_version WHERE installed_rank = (SELECT installed_rank FROM last);
        """); // as an older program has left it: a current schema is not waited for
    try (Connection other = database.connect();
        Statement statement = other.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(hashtextextended('sluice.schema', 0))");
      Result run = sluice.run("run", "0003_fill");
      assertThat(run.exitCode()).as("%s", run).isEqualTo(BUSY);
    }
    database.execute("INSERT INTO sluice.schema_version SELECT * FROM last");
    assertNothingIsTakenBack();
  }

  private void assertNothingIsTakenBack() {
    assertThat(database.count("item WHERE b = a * 2")).isEqualTo(300);
    assertThat(version()).startsWith("0004_shop\n4 of 4 applied\n");
  }

  @Test
  void whatOnlyReadsSaysThatTheSchemaIsAnOlderOne() {
    done("up");
    database.execute(
        "DELETE FROM sluice.schema_version WHERE installed_rank = (SELECT max(installed_rank) FROM sluice.schema_version)");
    Result status = sluice.runWithoutJobs("status");
    assertThat(status.exitCode()).isEqualTo(REFUSED);
    assertThat(status.err())
        .isEqualTo(
            "schema sluice was made by an older program. The next 'run', 'rollback', 'up' or 'repair'"
                + " upgrades it.\n");
    assertThat(sluice.run("rollback", "0003_fill", "--dry-run").exitCode()).isEqualTo(REFUSED);
  }
}
