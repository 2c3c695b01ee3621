package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.QuarantineConditions;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.TableKey;
import dev.sluice.testing.CommandLine;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TcpProxy;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Rows that fail for a reason of their own are found, set aside, and tried again. */
class QuarantineIT {

  private static final String ID = "0001_number";
  private static final int FAILED = 5;
  private static final int BUSY = 7;
  private static final int ROWS_LEFT = 8;
  private static final int KILLED = 128 + 9;

  private static final Pattern SEARCH =
      Pattern.compile("backfill\\.bad-rows .* rows=\\d+ bad=(\\d+) transactions=(\\d+)");

  private static final String SET =
      """
      table: item
      where: number IS NULL
      set: {number: source::int}
      """;

  /** What 'source::int' says of a text that is no number, without the text. */
  private static final String NO_NUMBER =
      "a text is no value of the type (the message may quote it, left out) [22P02]";

  @TempDir private Path jobs;

  /** An index on the written column: rows are done in the order of their keys. */
  private static void create(TestDatabase database, int rows, List<Integer> bad) {
    database.execute(
        """
        CREATE TABLE item (
          id      bigint PRIMARY KEY,
          source  text NOT NULL,
          number  int,
          updates int NOT NULL DEFAULT 0);
        INSERT INTO item (id, source) SELECT n, n::text FROM generate_series(1, %d) AS n;
        CREATE INDEX ON item (number);
        CREATE FUNCTION count_update() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.updates := OLD.updates + 1;
          RETURN NEW;
        END $$;
        CREATE TRIGGER count_update BEFORE UPDATE OF number ON item
          FOR EACH ROW EXECUTE FUNCTION count_update();
        """
            .formatted(rows));
    bad.forEach(id -> corrupt(database, id));
    database.execute("ANALYZE item");
  }

  private static void corrupt(TestDatabase database, int id) {
    database.execute("UPDATE item SET source = 'secret' WHERE id = " + id);
  }

  private static void assertAllDoneBut(TestDatabase database, Integer... bad) {
    assertThat(
            database
                .jdbc()
                .sql(
                    """
                    SELECT id FROM item
                    WHERE number IS DISTINCT FROM id OR updates <> 1
                    ORDER BY id
                    """)
                .query(Integer.class)
                .list())
        .containsExactly(bad);
  }

  private static List<String> quarantine(TestDatabase database) {
    return database
        .jdbc()
        .sql(
            """
            SELECT array_to_string(key, ',') || ' ' || coalesce(sqlstate, '-')
            FROM sluice.quarantine
            ORDER BY found_at, length(key[1]), key
            """)
        .query(String.class)
        .list();
  }

  private static String outputOf(CommandLine.Result result) {
    return result.out() + result.err();
  }

  @Test
  void threeBadRowsOfAChunkAreFoundInFewTransactions() {
    boolean torture = Boolean.getBoolean("sluice.torture");
    int rows = torture ? 1_000_000 : 20_000;
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      create(database, rows, List.of(5_003, 5_010, 5_700));
      Migrations migrations = new Migrations(jobs, database).define(ID, SET + "skip: 3\n");
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isEqualTo(ROWS_LEFT);
        Matcher search = SEARCH.matcher(process.err());
        int bad = 0;
        while (search.find()) {
          System.out.println("QuarantineIT: " + search.group());
          int badHere = Integer.parseInt(search.group(1));
          bad += badHere;
          if (!process.err().contains("sqlstate=57014")) { // else parts are also cut for their time
            // two trials a level for each; the row alone, and the note of it
            assertThat(Integer.parseInt(search.group(2)))
                .isLessThanOrEqualTo(badHere * (2 * 10 + 2));
          }
        }
        assertThat(bad).isEqualTo(3);
        assertThat(process.out())
            .startsWith(
                """
                0001_number: completed, but for rows in quarantine
                """)
            .contains(
                """
                  3 rows in quarantine: 'quarantine 0001_number' lists them, \
                'quarantine 0001_number --retry' tries them again
                """)
            .contains("    key 5003: " + NO_NUMBER + "\n")
            .contains("ok     remaining: no row is under the guard, but for 3 in quarantine")
            .contains(
                "ok     quarantine: 3 rows are set aside and were not changed, the other results"
                    + " are without them");
        assertThat(process.toString()).doesNotContain("secret");
      }
      assertAllDoneBut(database, 5_003, 5_010, 5_700);
      assertThat(quarantine(database))
          .containsExactlyInAnyOrder("5003 22P02", "5010 22P02", "5700 22P02");
      assertThat(database.count("sluice.migration WHERE state = 'completed'")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void rowsAreListedTriedAgainAndTakenOffOnceTheyAreRight(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      create(database, 1_000, List.of(7, 8, 9, 10));
      new Migrations(jobs, database).define(ID, SET + "skip: 10\n");
      CommandLine program = new CommandLine(database, jobs);
      assertThat(program.run("quarantine", ID).err()).contains(ID + ": no rows in quarantine");
      assertThat(program.run("quarantine", ID, "--retry").err())
          .contains("0001_number: was never run, there are no rows in quarantine.");

      assertThat(program.run("run", ID).exitCode()).isEqualTo(ROWS_LEFT);
      CommandLine.Result again = program.run("run", ID);
      assertThat(again.exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(again.out())
          .containsPattern(
              "0001_number: completed at .*, nothing to do but 4 rows in quarantine: 'quarantine"
                  + " 0001_number' lists them, 'quarantine 0001_number --retry' tries them again");
      assertThat(program.runWithoutJobs("status", ID, "--json").out())
          .contains("\"quarantined\":4");

      CommandLine.Result list = program.run("quarantine", ID, "--with-rows");
      assertThat(list.exitCode()).isZero();
      assertThat(list.out().lines())
          .hasSize(4)
          .first()
          .asString()
          .matches(
              Pattern.quote("key 10: " + NO_NUMBER)
                  + "  since \\S+Z  \\{\"source\":\"secret\",\"number\":null}");
      assertThat(program.run("quarantine", ID, "--json").out())
          .startsWith("[{\"key\":[\"10\"],\"sqlState\":\"22P02\",")
          .doesNotContain("secret");

      database.execute("UPDATE item SET source = id WHERE id = 7");
      database.execute("DELETE FROM item WHERE id = 8");
      database.execute("UPDATE item SET number = 90 WHERE id = 9");
      CommandLine.Result retried = program.run("quarantine", ID, "--retry");
      assertThat(retried.exitCode()).as(outputOf(retried)).isEqualTo(ROWS_LEFT);
      assertThat(retried.out())
          .isEqualTo(
              "0001_number: 3 rows in quarantine are done, 1 are left\n  key 10: "
                  + NO_NUMBER
                  + "\n");
      assertThat(program.run("quarantine", ID).out()).contains(", tried 2 times");

      database.execute("UPDATE item SET source = id WHERE id = 10");
      database.execute(
          """
          INSERT INTO sluice.command (migration_id, command, settings, given_by)
          VALUES ('0001_number', 'tune', '{chunk.rows=200}', 'anna')
          """);
      CommandLine.Result last = program.run("quarantine", ID, "--retry");
      assertThat(last.exitCode()).isZero();
      assertThat(database.count("sluice.command WHERE over_at IS NULL"))
          .as("a rollback is not to begin with it")
          .isZero();
      assertThat(last.out())
          .isEqualTo(
              """
              0001_number: 1 rows in quarantine are done, 0 are left
                next   'verify 0001_number' checks the result again
              """);
      assertThat(program.run("quarantine", ID, "--retry").out())
          .isEqualTo("0001_number: no rows in quarantine, nothing to do\n");
      assertThat(program.run("run", ID).exitCode()).isZero();
      assertAllDoneBut(database, 9);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aTransformNamesItsRowsAndTheRestOfThePageGoesOn(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      create(database, 2_000, List.of(7, 8, 1_500));
      new Migrations(jobs, database)
          .define(
              ID,
              """
              table: item
              where: number IS NULL
              transform: {class: Parse, read: [source], write: [number]}
              skip: 3
              workers: 1
              """)
          .write(
              ID,
              "Parse.java",
              """
              import dev.sluice.migration.Row;
              import dev.sluice.migration.RowTransformer;

              public class Parse implements RowTransformer {
                @Override
                public void transform(Row row) {
                  row.set("number", Integer.valueOf(row.getString("source")));
                }
              }
              """);
      CommandLine.Result result = new CommandLine(database, jobs).run("run", ID);
      assertThat(result.exitCode()).as(outputOf(result)).isEqualTo(ROWS_LEFT);
      assertThat(result.out())
          .contains("    key 7: java.lang.NumberFormatException at Parse.java:7\n")
          .doesNotContain("secret");
      assertAllDoneBut(database, 7, 8, 1_500);
      assertThat(quarantine(database)).containsExactlyInAnyOrder("7 -", "8 -", "1500 -");
      assertThat(
              database
                  .jdbc()
                  .sql("SELECT coalesce(sum(rollback_count), 0) FROM sluice.batch_step_execution")
                  .query(Long.class)
                  .single())
          .as("chunks rolled back")
          .isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aDeferredConstraintIsFoundInCommit(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      create(database, 2_000, List.of());
      database.execute(
          """
          CREATE TABLE allowed (number int PRIMARY KEY);
          INSERT INTO allowed SELECT n FROM generate_series(1, 2000) AS n WHERE n NOT IN (500, 501);
          ALTER TABLE item ADD CONSTRAINT is_allowed FOREIGN KEY (number) REFERENCES allowed
            DEFERRABLE INITIALLY DEFERRED;
          """);
      new Migrations(jobs, database).define(ID, SET + "skip: 2\n");
      CommandLine.Result result = new CommandLine(database, jobs).run("run", ID);
      assertThat(result.exitCode()).as(outputOf(result)).isEqualTo(ROWS_LEFT);
      assertThat(result.out())
          .contains(
              "    key 500: insert or update on table \"item\" violates foreign key constraint"
                  + " \"is_allowed\" [23503]\n");
      assertAllDoneBut(database, 500, 501);
      assertThat(
              database
                  .jdbc()
                  .sql("SELECT DISTINCT constraint_name FROM sluice.quarantine")
                  .query(String.class)
                  .single())
          .isEqualTo("is_allowed");
    }
  }

  /** Behind a proxy that stands, the server never notices that the session's other end is gone. */
  @Test
  void aRetryTakesItsLockBackFromItsOwnLostSession() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        TcpProxy proxy = database.server().newProxy();
        RunWatch watch = new RunWatch(database, ID)) {
      create(database, 1_000, List.of(7));
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  SET
                      + """
                      skip: 1
                      retry: {attempts: 3, backoff: 10ms}
                      throttle: {when: SELECT EXISTS (SELECT FROM hold)}
                      """);
      database.execute("CREATE TABLE hold (n int)");
      assertThat(new CommandLine(database, jobs).run("run", ID).exitCode()).isEqualTo(ROWS_LEFT);
      database.execute("UPDATE item SET source = id WHERE id = 7; INSERT INTO hold VALUES (1)");
      try (SluiceProcess retry =
          migrations.commandThrough(proxy, "quarantine", ID).with("--retry").start()) {
        watch.awaitLog("reason=throttle.when ", retry); // is not read yet, or true
        int lost = watch.runnerLockHolders().get(0);
        proxy.cut(watch.clientPort(lost));
        watch.awaitLog("run.relaunch migration=0001_number attempt=2/3", retry);
        database.execute("DELETE FROM hold");

        assertThat(retry.waitFor()).as("%s", retry).isZero();
        assertThat(retry.err())
            .contains("runner-lock.freed migration=0001_number server-process=" + lost);
      }
      assertAllDoneBut(database);
    }
  }

  @Test
  void noRowIsTriedAgainWhileAnotherProcessRuns() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      create(database, 1_000, List.of(7));
      new Migrations(jobs, database)
          .define(ID, SET + "skip: 1\nchecks: {after: [not-null: [number]]}\n");
      CommandLine program = new CommandLine(database, jobs);
      CommandLine.Result run = program.run("run", ID);
      assertThat(run.exitCode()).as(outputOf(run)).isEqualTo(ROWS_LEFT);
      assertThat(run.out())
          .contains("ok     not-null number: no NULL, but for 1 in quarantine")
          .contains("ok     recompute number: 999 rows compared, 0 differ");
      try (Connection other = database.connect();
          Statement lock = other.createStatement()) {
        lock.execute("SELECT pg_advisory_lock(hashtextextended('sluice.runner/" + ID + "', 0))");
        CommandLine.Result busy = program.run("quarantine", ID, "--retry");
        assertThat(busy.exitCode()).isEqualTo(BUSY);
        assertThat(busy.err()).startsWith("0001_number: is being run by process ");
        assertThat(program.run("quarantine", ID).out()).startsWith("key 7: ");
      }
      try (Connection other = database.connect();
          Statement lock = other.createStatement()) {
        other.setAutoCommit(false);
        lock.execute("UPDATE item SET source = '7' WHERE id = 7");
        CommandLine.Result held = program.run("quarantine", ID, "--retry");
        assertThat(held.exitCode()).isEqualTo(ROWS_LEFT);
        assertThat(held.out())
            .startsWith(
                """
                0001_number: 0 rows in quarantine are done, 1 are left
                  1 of them are locked by other sessions, or written all the while; try again later
                """);
        other.commit();
      }
      assertThat(program.run("quarantine", ID, "--retry").exitCode()).isZero();
      CommandLine.Result wrong = program.run("quarantine", ID, "--retry", "--json");
      assertThat(wrong.exitCode()).isEqualTo(2);
      assertThat(wrong.err())
          .contains(
              "--retry does not list: give --with-rows and --json without it. See 'sluice quarantine"
                  + " --help'.");
    }
  }

  /** Whatever the planner thinks of the tables. */
  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void lookingPastTheQuarantineIsAnIndexProbeARow(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      create(database, 1_000, List.of(7));
      new Migrations(jobs, database).define(ID, SET + "skip: 1\n");
      assertThat(new CommandLine(database, jobs).run("run", ID).exitCode()).isEqualTo(ROWS_LEFT);
      database.execute(
          """
          INSERT INTO sluice.quarantine (migration_id, run, key, row_version, message)
          SELECT migration_id, run, ARRAY[n::text], '3', '' FROM sluice.quarantine, generate_series(2000, 50000) AS n;
          ANALYZE sluice.quarantine;
          """);
      TableKey key =
          TableKey.of(
              new Catalog(new JdbcTemplate(database.dataSource()))
                  .find(TableName.parse("item"))
                  .orElseThrow(),
              List.of());
      String excluded = new QuarantineConditions(new MigrationId(ID), 1).excludes(key);
      assertThat(
              database
                  .jdbc()
                  .sql("EXPLAIN SELECT count(*) FROM item WHERE number IS NULL AND " + excluded)
                  .query(String.class)
                  .list())
          .anyMatch(line -> line.contains("quarantine_pkey"))
          .anyMatch(line -> line.contains("Index Cond:") && line.contains("AND (key = "))
          .noneMatch(line -> line.contains("Join"));
    }
  }

  @Test
  void ofTwoRowsThatCannotBothBeTheFirstPasses() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      create(database, 1_000, List.of());
      database.execute("UPDATE item SET source = '300' WHERE id = 700");
      database.execute("CREATE UNIQUE INDEX one_a_number ON item (number)");
      new Migrations(jobs, database).define(ID, SET + "skip: 1\nworkers: 1\n");
      CommandLine.Result result = new CommandLine(database, jobs).run("run", ID);
      assertThat(result.exitCode()).as(outputOf(result)).isEqualTo(ROWS_LEFT);
      assertAllDoneBut(database, 700);
      assertThat(quarantine(database)).containsExactly("700 23505");
    }
  }

  @Test
  void beyondSkipTheRunFailsAndWhatIsSetAsideStays() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      create(database, 40_000, List.of());
      database.execute("UPDATE item SET source = 'secret' WHERE id % 1000 = 0");
      new Migrations(jobs, database).define(ID, SET + "skip: 10\nworkers: 4\n");
      CommandLine program = new CommandLine(database, jobs);
      CommandLine.Result result = program.run("run", ID);
      assertThat(result.exitCode()).isEqualTo(FAILED);
      assertThat(result.err())
          .startsWith(
              "0001_number: 11 rows of item fail for a reason of their own, 'skip: 10' sets no more"
                  + " than 10 aside. Correct the rows, or exclude them in where:, or raise skip; then"
                  + " run it again to go on.\n  key ")
          .contains(": " + NO_NUMBER + "\n")
          .doesNotContain("secret");
      assertThat(result.err().lines().filter(line -> line.startsWith("  key "))).hasSize(11);
      assertThat(quarantine(database)).hasSize(10);

      assertThat(program.run("run", ID, "--skip", "40").exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(quarantine(database)).hasSize(40);
      assertThat(database.count("item WHERE number IS NULL")).isEqualTo(40);
    }
  }

  @Test
  void withoutSkipTheRunFailsAndNamesTheRow() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      create(database, 3_000, List.of(1_234));
      new Migrations(jobs, database).define(ID, SET);
      CommandLine program = new CommandLine(database, jobs);
      CommandLine.Result result = program.run("run", ID);
      assertThat(result.exitCode()).isEqualTo(FAILED);
      assertThat(result.err())
          .isEqualTo(
              "0001_number: the row with key 1234 of item is refused: "
                  + NO_NUMBER
                  + ". Correct the row, or exclude it in where:, or set such rows aside with"
                  + " 'skip:'; then run it again to go on.\n");
      assertThat(quarantine(database)).isEmpty();
      database.execute("UPDATE item SET source = id WHERE id = 1234");
      assertThat(program.run("run", ID).exitCode()).isZero();
      assertAllDoneBut(database);
    }
  }

  @Test
  void aKillInTheMiddleOfTheSearchLosesNothing() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      create(database, 10_000, List.of(5_003, 5_010, 5_700));
      database.execute(
          """
          CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            PERFORM pg_sleep(0.1);
            RETURN NULL;
          END $$;
          CREATE TRIGGER slow AFTER UPDATE ON item FOR EACH STATEMENT EXECUTE FUNCTION slow();
          """);
      Migrations migrations =
          new Migrations(jobs, database).define(ID, SET + "skip: 3\nchunk: {target-time: 800ms}\n");
      try (SluiceProcess process = migrations.start(ID)) {
        watch.await(
            "the first bad row",
            process,
            () ->
                watch
                        .jdbc()
                        .sql(
                            """
                        SELECT to_regclass('sluice.quarantine') IS NOT NULL
                        """)
                        .query(Boolean.class)
                        .single()
                    && database.count("sluice.quarantine") >= 1);
        process.kill9();
        assertThat(process.waitFor()).as("%s", process).isEqualTo(KILLED);
      }
      assertThat(database.count("sluice.quarantine")).as("found before the kill").isBetween(1L, 3L);
      assertThat(watch.state()).isEqualTo("running");
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isEqualTo(ROWS_LEFT);
      }
      assertAllDoneBut(database, 5_003, 5_010, 5_700);
      assertThat(quarantine(database)).hasSize(3);
      assertThat(watch.rowsWritten()).isEqualTo(10_000 - 3);
    }
  }

  @Test
  void aBadRowThatOnlyTheSweepMeetsIsSetAsideAsWell() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID);
        Connection other = database.connect();
        Statement lock = other.createStatement()) {
      create(database, 1_000, List.of(7));
      Migrations migrations = new Migrations(jobs, database).define(ID, SET + "skip: 1\n");
      other.setAutoCommit(false);
      lock.execute("SELECT FROM item WHERE id = 7 FOR UPDATE");
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitLog("sweep.round migration=0001_number round=2 remaining=1", process);
        other.rollback();
        assertThat(process.waitFor()).as("%s", process).isEqualTo(ROWS_LEFT);
        assertThat(process.err()).contains("backfill.bad-rows step=sweep rows=1 bad=1");
      }
      assertAllDoneBut(database, 7);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void constrainWaitsUntilNoRowIsSetAside(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      create(database, 1_000, List.of(7, 8));
      new Migrations(jobs, database)
          .define(ID, SET + "skip: 5\n")
          .write(ID, "constrain.up.sql", "ALTER TABLE item ALTER COLUMN number SET NOT NULL;\n");
      CommandLine program = new CommandLine(database, jobs);
      CommandLine.Result held = program.run("run", ID);
      assertThat(held.exitCode()).as(outputOf(held)).isEqualTo(ROWS_LEFT);
      assertThat(held.out())
          .isEqualTo(
              "0001_number: all rows are done but 2 rows in quarantine: 'quarantine 0001_number'"
                  + " lists them, 'quarantine 0001_number --retry' tries them again;"
                  + " constrain.up.sql waits for them. Correct them, or the change; then go on with"
                  + " 'run 0001_number'.\n");
      assertThat(program.runWithoutJobs("status", ID, "--json").out())
          .contains("\"state\":\"stopped\"")
          .contains("\"failure\":null");
      assertThat(program.run("run", ID).exitCode()).isEqualTo(ROWS_LEFT);

      database.execute("UPDATE item SET source = id WHERE id = 7");
      assertThat(program.run("quarantine", ID, "--retry").exitCode()).isEqualTo(ROWS_LEFT);
      database.execute("UPDATE item SET source = id WHERE id = 8");
      assertThat(program.run("run", ID).out()).as("the sweep tries it again").contains("completed");
      assertAllDoneBut(database);
      assertThat(quarantine(database)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aRollbackForgetsTheQuarantineOfARunWithoutGuard(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      create(database, 1_000, List.of(7, 8));
      new Migrations(jobs, database)
          .write(
              ID,
              "migration.yaml",
              """
              description: Every row once, by the journal
              table: item
              set: {number: source::int}
              skip: 5
              """);
      CommandLine program = new CommandLine(database, jobs);
      CommandLine.Result run = program.run("run", ID);
      assertThat(run.exitCode()).as(outputOf(run)).isEqualTo(ROWS_LEFT);
      assertThat(run.out())
          .contains(
              "ok     remaining: no row is left, but for 2 in quarantine: the undo journal has each"
                  + " of 998 rows, 0 of them born after the start");
      database.execute("UPDATE item SET source = id WHERE id = 7");
      assertThat(program.run("quarantine", ID, "--retry").exitCode()).isEqualTo(ROWS_LEFT);
      assertAllDoneBut(database, 8);
      assertThat(database.count("sluice.undo_0001_number")).isEqualTo(999);

      CommandLine.Result early = program.run("cleanup", ID, "--confirm", ID);
      assertThat(early.exitCode()).isEqualTo(3);
      assertThat(early.err())
          .contains(
              "0001_number: what they are computed from would go with its old side: 1 rows in"
                  + " quarantine: 'quarantine 0001_number' lists them, 'quarantine 0001_number"
                  + " --retry' tries them again. Correct them first, or take them out of the guard.");
      assertThat(program.run("rollback", ID).exitCode()).isZero();
      assertThat(database.count("item WHERE number IS NULL")).isEqualTo(1_000);
      assertThat(quarantine(database)).isEmpty();
    }
  }

  @Test
  void aRowThatTheChangeLeavesToBeDoneIsSetAsideAsWell() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      create(database, 1_000, List.of(7));
      new Migrations(jobs, database)
          .define(
              ID,
              """
              table: item
              where: number IS NULL
              set:
                number: "CASE WHEN source <> 'secret' THEN source::int END"
              skip: 1
              """);
      database.execute("UPDATE item SET number = id, updates = 1 WHERE id <> 7");
      CommandLine.Result result = new CommandLine(database, jobs).run("run", ID);
      assertThat(result.exitCode()).as(outputOf(result)).isEqualTo(ROWS_LEFT);
      assertThat(result.out())
          .contains(
              "    key 7: still to do after the change, which gave it nothing that ends that");
    }
  }
}
