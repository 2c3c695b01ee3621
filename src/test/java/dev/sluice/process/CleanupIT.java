package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cli.SluiceCommand;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The old side goes when everything allows it, to the end through kills, and never before. */
class CleanupIT {

  private static final String ID = "0001_short";
  private static final int KILLED = 128 + 9;
  private static final int REFUSED = 3;
  private static final int STOPPED = 4;
  private static final int BUSY = 7;

  private static final String DEFINITION =
      """
      description: Short names
      table: person
      where: short IS NULL
      set: {short: "left(name, 3)"}
      undo: journal
      """;

  private static final String AT_ONCE = "cleanup: {after: 0ms}\n";

  @TempDir private Path jobs;
  private TestDatabase database;
  private RunWatch watch;
  private Migrations migrations;

  @BeforeEach
  void create() throws Exception {
    database = PostgresServer.newest().newDatabase();
    watch = new RunWatch(database, ID);
    database.execute(
        """
        CREATE TABLE person (id bigint PRIMARY KEY, name text NOT NULL, short text);
        ALTER TABLE person SET (autovacuum_enabled = off);
        INSERT INTO person SELECT n, 'name ' || n FROM generate_series(1, 1000) AS n;
        """);
    migrations =
        new Migrations(jobs, database)
            .write(ID, "migration.yaml", DEFINITION + AT_ONCE)
            .write(ID, "cleanup.up.sql", "ALTER TABLE person DROP COLUMN name;")
            .write(ID, "cleanup.down.sql", "ALTER TABLE person ADD COLUMN name text;");
  }

  @AfterEach
  void drop() throws Exception {
    watch.close();
    database.close();
  }

  /** How a command ended. */
  private record Answer(int exitCode, String out, String err) {}

  /** In this process, which starts faster; its log goes to this test's. */
  private Answer sluice(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of(command, ID, "--jobs", jobs.toString()));
    arguments.addAll(List.of("--url", database.url(), "--user", database.server().user()));
    arguments.add("--spring-argument=--spring.datasource.password=" + database.server().password());
    arguments.addAll(List.of(options));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        SluiceCommand.execute(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            arguments.toArray(new String[0]));
    return new Answer(exitCode, readable(out.toString()), readable(err.toString()));
  }

  /** Without what differs from run to run: the directory, sizes, times. */
  private String readable(String text) {
    return text.strip()
        .replace(System.lineSeparator(), "\n")
        .replace(jobs.toString(), "jobs")
        .replaceAll("about [0-9,]+ rows", "about N rows")
        .replaceAll("certificate of [-0-9T:.]+Z", "certificate of TIME")
        // as many as the planner's estimate makes, which autovacuum changes
        .replaceAll("ranges: ([0-9]+) of \\1 unchanged", "ranges: all of N unchanged")
        .replaceAll("[0-9]+ (kB|bytes)", "N kB")
        .replaceAll("\\b[0-9]+ m?s\\b", "N s");
  }

  private Answer cleanup() {
    return sluice("cleanup", "--confirm", ID);
  }

  private void completeRun() {
    Answer run = sluice("run");
    assertThat(run.exitCode()).as(run.err()).isZero();
  }

  private Instant endedAt() {
    return watch
        .jdbc()
        .sql("SELECT ended_at FROM sluice.migration")
        .query(OffsetDateTime.class)
        .single()
        .toInstant();
  }

  private Instant verifiedAt() {
    return watch
        .jdbc()
        .sql("SELECT max(verified_at) FROM sluice.certificate")
        .query(OffsetDateTime.class)
        .single()
        .toInstant();
  }

  private boolean hasName() {
    return database.count(
            "pg_attribute WHERE attrelid = 'person'::regclass AND attname = 'name'"
                + " AND NOT attisdropped")
        > 0;
  }

  private boolean hasJournal() {
    return database.count("pg_class WHERE relname = 'undo_" + ID + "'") > 0;
  }

  private void assertNothingDropped() {
    assertThat(hasName()).as("the old column is there").isTrue();
    assertThat(hasJournal()).as("the journal is there").isTrue();
    assertThat(watch.state()).isEqualTo("completed");
  }

  @Test
  void itSaysWhatWouldGoAndAsksForTheIdAgain() {
    completeRun();

    Answer unconfirmed = sluice("cleanup");
    assertThat(unconfirmed.exitCode()).isEqualTo(REFUSED);
    assertThat(unconfirmed.err())
        .contains(
            "0001_short: nothing was dropped. 'cleanup 0001_short --dry-run' shows what would go for"
                + " good; if it may, repeat the id: 'cleanup 0001_short --confirm 0001_short'.");
    Answer wrong = sluice("cleanup", "--confirm", "0001_shirt");
    assertThat(wrong.exitCode()).isEqualTo(REFUSED);
    assertThat(wrong.err())
        .contains("0001_short: --confirm says '0001_shirt', nothing was dropped. 'cleanup");
    assertNothingDropped();

    Answer dry = sluice("cleanup", "--dry-run");
    assertThat(dry.exitCode()).as(dry.err()).isZero();
    assertThat(dry.out())
        .isEqualTo(
            """
            0001_short: a cleanup would drop for good
              column public.person.name: size unknown (never analysed)
              undo journal sluice.undo_0001_short: N kB, about N rows of old values
            would run jobs/0001_short/cleanup.up.sql
            a rollback would be impossible from then on
            completed at %1$s, may be cleaned up from %1$s on
            last verified at %2$s, every check passed; it is verified again before anything is dropped"""
                .formatted(endedAt(), verifiedAt()));
    assertNothingDropped();
  }

  @Test
  void itDropsTheOldSideOnceAndThereIsNoWayBack() {
    completeRun();

    try (SluiceProcess process = startCleanup()) {
      assertThat(process.waitFor()).as("%s", process).isZero();
      assertThat(readable(process.out()))
          .isEqualTo(
              """
              0001_short: cleaned up
                gone   column public.person.name: size unknown (never analysed)
                gone   undo journal sluice.undo_0001_short: N kB, about N rows of old values
                files  jobs/0001_short: cleanup.up.sql
                ok     remaining: no row is under the guard
                ok     changed since: 1000 rows of this run looked at: none was written again
                ok     recompute short: 1000 rows compared, 0 differ
                ok     ranges: all of N unchanged since the certificate of TIME
                time   N s
                next   nothing is left to do, and a rollback is impossible from here on
                next   jobs/0001_short/cleanup.down.sql makes the structure again, empty""");
      assertThat(process.err().lines())
          .as("what goes is said before anything does")
          .filteredOn(line -> line.contains("cleanup.drops") || line.contains("schema.applied"))
          .extracting(
              line -> readable(line).replaceAll(".* (cleanup.drops|schema.applied) ", "$1 "))
          .containsExactly(
              "cleanup.drops migration=0001_short column public.person.name: size unknown (never"
                  + " analysed)",
              "cleanup.drops migration=0001_short undo journal sluice.undo_0001_short: N kB, about"
                  + " N rows of old values",
              "schema.applied migration=0001_short script=cleanup.up.sql statements=1/1");
    }
    assertThat(hasName()).isFalse();
    assertThat(hasJournal()).isFalse();
    assertThat(watch.state()).isEqualTo("cleaned");

    String cleaned = "0001_short: cleaned at %s, nothing to do".formatted(endedAt());
    Answer second = cleanup();
    assertThat(second.exitCode()).isZero();
    assertThat(second.out()).isEqualTo(cleaned);
    assertThat(sluice("cleanup", "--dry-run").out()).isEqualTo(cleaned);
    assertThat(sluice("run").out()).isEqualTo(cleaned);

    Answer back = sluice("rollback");
    assertThat(back.exitCode()).isEqualTo(REFUSED);
    assertThat(back.err())
        .contains(
            "0001_short: its old side was dropped by 'cleanup', nothing is left to go back to.");
    Answer verified = sluice("verify");
    assertThat(verified.exitCode()).isEqualTo(REFUSED);
    assertThat(verified.err())
        .contains(
            "0001_short: was cleaned up, and what its result was computed from is gone. The last"
                + " certificate stands in sluice.certificate.");
  }

  @Test
  void itWaitsUntilTheRunIsOldEnough() {
    migrations.write(ID, "migration.yaml", DEFINITION);
    completeRun();
    Instant ended = endedAt();
    String tooEarly =
        ("0001_short: was completed at %s, and what a rollback needs is kept for 7 d, until %s."
                + " Clean up then, or shorten 'cleanup.after'.")
            .formatted(ended, ended.plus(Duration.ofDays(7)));

    Answer early = cleanup();
    assertThat(early.exitCode()).isEqualTo(REFUSED);
    assertThat(early.err()).contains(tooEarly);
    Answer dry = sluice("cleanup", "--dry-run");
    assertThat(dry.exitCode()).isEqualTo(REFUSED);
    assertThat(dry.err())
        .contains("0001_short: a cleanup would drop for good", tooEarly, "undo journal");
    assertNothingDropped();

    database.execute("UPDATE sluice.migration SET ended_at = ended_at - interval '7 days'");
    assertThat(cleanup().exitCode()).isZero();
  }

  @Test
  void onlyWhatIsCompletedAndUnchangedIsCleanedUp() {
    assertThat(sluice("cleanup", "--dry-run").err())
        .contains("0001_short: was never run, there is nothing to clean up.");
    Answer never = cleanup();
    assertThat(never.exitCode()).isEqualTo(REFUSED);
    assertThat(never.err()).contains("0001_short: was never run, there is nothing to clean up.");

    database.execute("ALTER TABLE person ADD CHECK (short <> 'nam') NOT VALID");
    assertThat(sluice("run").exitCode()).isEqualTo(5);
    Answer failed = cleanup();
    assertThat(failed.exitCode()).isEqualTo(REFUSED);
    assertThat(failed.err())
        .contains(
            "0001_short: is failed: its old side is dropped only once the run is completed and"
                + " verified. End it with 'run 0001_short'.");

    database.execute("ALTER TABLE person DROP CONSTRAINT person_short_check");
    completeRun();
    migrations.write(ID, "cleanup.up.sql", "ALTER TABLE person DROP COLUMN id;");
    Answer changed = cleanup();
    assertThat(changed.exitCode()).isEqualTo(REFUSED);
    assertThat(changed.err())
        .contains("0001_short: was completed at ", " with other files (checksum ");
    assertNothingDropped();

    assertThat(sluice("rollback").exitCode()).isEqualTo(REFUSED);
    migrations.write(ID, "cleanup.up.sql", "ALTER TABLE person DROP COLUMN name;");
    assertThat(sluice("rollback").exitCode()).isZero();
    Answer back = cleanup();
    assertThat(back.exitCode()).isEqualTo(REFUSED);
    assertThat(back.err())
        .contains(
            "0001_short: was rolled back at %s, there is no old side to drop."
                .formatted(endedAt()));
  }

  @Test
  void whatDoesNotVerifyIsKeptAndCanBeTakenBack() {
    completeRun();
    database.execute("UPDATE person SET short = NULL WHERE id = 7");

    Answer refused = cleanup();
    assertThat(refused.exitCode()).isEqualTo(REFUSED);
    assertThat(refused.err())
        .startsWith(
            "0001_short: nothing was dropped, its result does not verify\n  FAILED remaining: ")
        .endsWith(
            "\nCorrect the rows, or say under checks and verify what may differ, then clean up again;"
                + " 'rollback 0001_short' is still possible.");
    assertNothingDropped();

    database.execute("UPDATE person SET short = 'nam' WHERE id = 7");
    assertThat(sluice("rollback").exitCode()).isZero();
    assertThat(database.count("person WHERE short IS NULL")).isEqualTo(1000);
  }

  @Test
  void killedBeforeTheDropItDropsAtTheNextLaunch() throws Exception {
    completeRun();
    try (Connection application = database.connect()) {
      hold(application, "person");
      try (SluiceProcess process = startCleanup()) {
        watch.awaitLog(".retry", process);
        Answer other = cleanup();
        assertThat(other.exitCode()).isEqualTo(BUSY);
        process.kill9();
        assertThat(process.waitFor()).isEqualTo(KILLED);
      }
      assertThat(hasName()).isTrue();
      assertThat(watch.state()).isEqualTo("cleaning");
    }
    assertThat(status())
        .startsWith("0001_short  cleaning, 1,000 of 1,000 rows, ")
        .endsWith(" rows/s, waiting: no process works on it; clean it up again to go on");
    assertThat(sluice("run").err())
        .contains(
            "0001_short: is being cleaned up. End that with 'cleanup 0001_short --confirm"
                + " 0001_short'.");

    Answer again = cleanup();
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out())
        .contains("  gone   undo journal sluice.undo_0001_short")
        .contains("2 launches");
    assertThat(hasName()).isFalse();
    assertThat(hasJournal()).isFalse();
  }

  @Test
  void killedBetweenTheDropsItDropsTheRest() throws Exception {
    completeRun();
    try (Connection reader = database.connect()) {
      hold(reader, "sluice.undo_" + ID);
      try (SluiceProcess process = startCleanup()) {
        watch.awaitLog("trigger.retry of=undo", process);
        process.kill9();
        assertThat(process.waitFor()).isEqualTo(KILLED);
      }
    }
    assertThat(hasName()).as("the script is through").isFalse();
    assertThat(hasJournal()).as("the journal goes last").isTrue();
    assertThat(watch.state()).isEqualTo("cleaning");

    Answer again = cleanup();
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).contains("  gone   column public.person.name");
    assertThat(hasJournal()).isFalse();
    assertThat(watch.state()).isEqualTo("cleaned");
  }

  @Test
  void aSignalStopsItAndItGoesOn() throws Exception {
    completeRun();
    try (Connection application = database.connect()) {
      hold(application, "person");
      try (SluiceProcess process = startCleanup()) {
        watch.awaitLog(".retry", process);
        process.sigterm();
        assertThat(process.waitFor()).as("%s", process).isEqualTo(STOPPED);
        assertThat(process.err())
            .contains(
                "0001_short: the cleanup was stopped, what it has dropped is gone. Give the command"
                    + " again to go on.");
      }
    }
    assertThat(watch.state()).isEqualTo("cleaning");
    assertThat(cleanup().exitCode()).isZero();
    assertThat(hasName()).isFalse();
  }

  @Test
  void whatEndsWhileItVerifiesLeavesACompletedRun() throws Exception {
    completeRun();
    try (Connection blocker = database.connect()) {
      hold(blocker, "person", "ACCESS EXCLUSIVE");
      try (SluiceProcess process = startCleanup()) {
        watch.awaitLog("cleanup.verify", process);
        process.sigterm();
        assertThat(process.waitFor()).as("%s", process).isEqualTo(STOPPED);
        assertThat(process.err())
            .contains(
                "0001_short: the cleanup was stopped before it dropped anything. Give the command"
                    + " again.");
      }
      assertThat(watch.state()).isEqualTo("completed");
      try (SluiceProcess process = startCleanup()) {
        watch.awaitLog("cleanup.verify", process);
        try (SluiceProcess stop = migrations.command("stop", ID).start()) {
          // 5: it was not over within the 5 s that are waited for an answer
          assertThat(stop.waitFor()).as("%s", stop).isIn(0, 5);
        }
        assertThat(process.waitFor()).as("%s", process).isEqualTo(STOPPED);
      }
      assertThat(watch.state()).isEqualTo("completed");
      try (SluiceProcess process = startCleanup()) {
        watch.awaitLog("cleanup.verify", process);
        process.kill9();
        assertThat(process.waitFor()).isEqualTo(KILLED);
      }
      assertThat(watch.state()).isEqualTo("completed");
    }
    assertThat(sluice("rollback").exitCode()).isZero();
  }

  /** A view on the column: PostgreSQL refuses to drop it. */
  @Test
  void aScriptThatFailsMayBeCorrected() {
    completeRun();
    database.execute("CREATE VIEW names AS SELECT name FROM person");

    Answer failed = cleanup();
    assertThat(failed.exitCode()).isEqualTo(5);
    assertThat(failed.err()).contains("cannot drop column name of table person");
    assertThat(hasJournal()).as("the journal goes last").isTrue();
    assertThat(watch.state()).isEqualTo("cleaning");

    migrations.write(
        ID, "cleanup.up.sql", "DROP VIEW names;\nALTER TABLE person DROP COLUMN name;");
    assertThat(cleanup().exitCode()).isZero();
    assertThat(hasName()).isFalse();
    assertThat(watch.state()).isEqualTo("cleaned");
  }

  /** Its trigger and journal must go although the table is called otherwise by then. */
  @Test
  void theScriptMayRenameTheTable() {
    migrations
        .write(
            ID,
            "migration.yaml",
            """
            description: Long names
            table: person
            set: {name: upper(name)}
            """
                + AT_ONCE)
        .write(ID, "cleanup.up.sql", "ALTER TABLE person RENAME TO people;")
        .write(ID, "cleanup.down.sql", "ALTER TABLE people RENAME TO person;");
    completeRun();

    Answer answer = cleanup();
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(hasJournal()).isFalse();
    assertThat(database.count("pg_proc WHERE proname = 'born_" + ID + "'")).isZero();
    assertThat(database.count("people WHERE name = upper(name)")).isEqualTo(1000);
  }

  @Test
  void withoutAScriptTheJournalAloneGoes() throws Exception {
    Files.delete(jobs.resolve(ID).resolve("cleanup.up.sql"));
    Files.delete(jobs.resolve(ID).resolve("cleanup.down.sql"));
    completeRun();

    Answer answer = cleanup();
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(answer.out())
        .contains("  next   nothing is left to do, and a rollback is impossible from here on");
    assertThat(hasName()).isTrue();
    assertThat(hasJournal()).isFalse();
    assertThat(sluice("rollback").exitCode()).isEqualTo(REFUSED);
  }

  @Test
  void whereNothingIsToBeDroppedTheWayBackStays() throws Exception {
    Files.delete(jobs.resolve(ID).resolve("cleanup.up.sql"));
    Files.delete(jobs.resolve(ID).resolve("cleanup.down.sql"));
    migrations.write(
        ID,
        "migration.yaml",
        DEFINITION.replace("undo: journal", "undo: {sql: {short: 'NULL'}}") + AT_ONCE);
    completeRun();

    Answer answer = cleanup();
    assertThat(answer.exitCode()).as(answer.err()).isZero();
    assertThat(answer.out())
        .isEqualTo(
            "0001_short: has no cleanup.up.sql and no undo journal, there is nothing to clean up");
    assertThat(watch.state()).isEqualTo("completed");
    assertThat(sluice("rollback").exitCode()).isZero();
  }

  private String status() {
    try (SluiceProcess process =
        SluiceProcess.command(
                "status", ID, "--url", database.url(), "--user", database.server().user())
            .withEnvironment("PGPASSWORD", database.server().password())
            .start()) {
      assertThat(process.waitFor()).isZero();
      return process.out().strip();
    }
  }

  private SluiceProcess startCleanup() {
    return migrations.command("cleanup", ID).with("--confirm", ID).start();
  }

  /** As a reading transaction of the application that does not end. */
  private static void hold(Connection connection, String table) throws Exception {
    hold(connection, table, "ACCESS SHARE");
  }

  private static void hold(Connection connection, String table, String mode) throws Exception {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.execute("LOCK TABLE " + table + " IN " + mode + " MODE");
    }
  }
}
