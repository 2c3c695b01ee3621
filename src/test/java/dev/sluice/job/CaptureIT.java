package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code sync: capture}: what the application changes is computed again, and nothing else. */
class CaptureIT {

  private static final String ID = "0001_upper";

  private static final String SET =
      """
      table: item
      where: target IS NULL AND kind = 'a'
      set: {target: "upper(coalesce(source, 'none'))"}
      sync: capture
      verify: {differences: report}
      """;

  private static final String TRANSFORM =
      """
      table: item
      where: target IS NULL AND kind = 'a'
      transform: {class: Upper, read: [source], write: [target]}
      sync: capture
      verify: {differences: report}
      """;

  private static final String UPPER_JAVA =
      """
      import dev.sluice.migration.Row;
      import dev.sluice.migration.RowTransformer;
      import java.util.Locale;

      public class Upper implements RowTransformer {
        @Override
        public void transform(Row row) {
          String source = row.getString("source");
          row.set("target", source == null ? "NONE" : source.toUpperCase(Locale.ROOT));
        }
      }
      """;

  private static final String NOTHING_WAITS = "a log without entries";

  @TempDir private Path jobs;

  private static Stream<Arguments> everywhere() {
    return PostgresServer.all().stream()
        .flatMap(server -> Stream.of(SET, TRANSFORM).map(change -> Arguments.of(server, change)));
  }

  private Program create(TestDatabase database, String change) {
    database.execute(
        """
        CREATE TABLE item (id bigint PRIMARY KEY, kind text NOT NULL DEFAULT 'a', source text, other int);
        INSERT INTO item (id, source) SELECT n, 'item ' || n FROM generate_series(1, 1000) AS n;
        INSERT INTO item (id, kind, source) SELECT n, 'b', 'b ' || n FROM generate_series(1001, 1010) AS n;
        """);
    return new Program(database, jobs, ID)
        .define(change + "chunk: {rows: 100}\n")
        .write("Upper.java", UPPER_JAVA)
        .write("expand.up.sql", "ALTER TABLE item ADD COLUMN target text;")
        .write("expand.down.sql", "ALTER TABLE item DROP COLUMN target;");
  }

  private static long waiting(TestDatabase database) {
    return database.count("sluice.captured_0001_upper");
  }

  private static String target(TestDatabase database, long id) {
    return database
        .jdbc()
        .sql("SELECT coalesce(target, '(none)') FROM item WHERE id = ?")
        .param(id)
        .query(String.class)
        .single();
  }

  /** The program runs in this process, and logs to standard error. */
  private static String logOf(Runnable work) {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      work.run();
    } finally {
      System.setErr(before);
    }
    return log.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void whatChangesAfterTheRunIsCaughtUpByTheNextOne(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = create(database, change);
      assertThat(program.run().done()).contains("0001_upper: completed");
      assertThat(waiting(database)).as(NOTHING_WAITS).isZero();

      database.execute("UPDATE item SET source = 'new' WHERE id = 1");
      database.execute("UPDATE item SET source = NULL WHERE id = 2");
      database.execute("UPDATE item SET source = 'x', target = 'own' WHERE id = 3");
      database.execute("UPDATE item SET source = 'y' WHERE id = 4");
      database.execute("UPDATE item SET target = 'own later' WHERE id = 4");
      database.execute("UPDATE item SET target = 'own before' WHERE id = 5");
      database.execute("UPDATE item SET source = 'z' WHERE id = 5");
      database.execute("UPDATE item SET other = 1 WHERE id = 6");
      database.execute(
          "UPDATE item SET source = 'gone' WHERE id = 7; DELETE FROM item WHERE id = 7");
      database.execute("UPDATE item SET source = 'moved' WHERE id = 8");
      database.execute("UPDATE item SET id = -8 WHERE id = 8");
      database.execute("UPDATE item SET id = -9, source = 'both' WHERE id = 9");
      database.execute("UPDATE item SET id = -10 WHERE id = 10");
      database.execute("UPDATE item SET source = 'not ours', target = 'kept' WHERE id = 1001");
      database.execute("UPDATE item SET source = 'not ours' WHERE id = 1002");
      database.execute("INSERT INTO item (id, source) VALUES (2000, 'born')");
      database.execute("INSERT INTO item (id, source, target) VALUES (2001, 'born', 'own')");
      database.execute("INSERT INTO item (id, kind, source) VALUES (2002, 'b', 'born')");
      database.execute("UPDATE item SET source = 'doomed' WHERE id = 11");
      database.execute("DELETE FROM item WHERE id = 11");
      database.execute("INSERT INTO item (id, source, target) VALUES (11, 'again', 'own')");
      database.execute("UPDATE item SET source = 'doomed' WHERE id = 12");
      database.execute("DELETE FROM item WHERE id = 12");
      database.execute("INSERT INTO item (id, source) VALUES (12, 'again')");

      assertThat(program.run().done()).isEqualToIgnoringNewLines("0001_upper: caught up, 7 rows");

      assertThat(waiting(database)).as(NOTHING_WAITS).isZero();
      assertThat(
              Stream.of(1, 2, 3, 4, 5, 6, -8, -9, -10, 11, 12, 1001, 1002, 2000, 2001, 2002)
                  .map(id -> target(database, id)))
          .containsExactly(
              "NEW",
              "NONE",
              "own",
              "own later",
              "Z",
              "ITEM 6",
              "MOVED",
              "BOTH",
              "ITEM 10",
              "own",
              "AGAIN",
              "kept",
              "(none)",
              "BORN",
              "own",
              "(none)");
      assertThat(program.run().done()).contains("0001_upper: completed at", "nothing to do");
      assertThat(program.state()).isEqualTo("completed");
      assertThat(program.rollback("--discard-changes").done()).contains("rolled back");
      assertThat(database.count("pg_proc WHERE proname LIKE 'capture%'")).isZero();
      assertThat(database.count("pg_class WHERE relname = 'captured_0001_upper'")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aTargetThatTheApplicationEmptiesIsFilledAgain(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = create(database, change);
      program.run().done();
      database.execute("UPDATE item SET target = NULL WHERE id = 1");
      database.execute("UPDATE item SET target = NULL, source = 'new' WHERE id = 2");
      database.execute("UPDATE item SET target = NULL, id = -3 WHERE id = 3");
      database.execute("UPDATE item SET target = NULL WHERE id = 4");
      database.execute("UPDATE item SET target = 'own' WHERE id = 4");

      assertThat(program.run().done()).contains("caught up, 3 rows");

      assertThat(Stream.of(1, 2, -3, 4).map(id -> target(database, id)))
          .containsExactly("ITEM 1", "NEW", "ITEM 3", "own");
      assertThat(waiting(database)).as(NOTHING_WAITS).isZero();
      assertThat(program.command("verify").done()).contains("remaining: no row is under the guard");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void whatTheTablesOwnTriggersChangeInsideAChunkIsCaptured(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program =
          create(database, change)
              .write(
                  "expand.up.sql",
                  """
                  ALTER TABLE item ADD COLUMN target text;
                  CREATE FUNCTION pass_on() RETURNS trigger LANGUAGE plpgsql AS $$
                  BEGIN
                    UPDATE item SET source = 'passed on' WHERE id = 1;
                    RETURN NULL;
                  END $$;
                  CREATE TRIGGER pass_on AFTER UPDATE OF target ON item
                    FOR EACH ROW WHEN (NEW.id = 900) EXECUTE FUNCTION pass_on();
                  CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS $$
                  BEGIN
                    NEW.source := 'tidy';
                    RETURN NEW;
                  END $$;
                  CREATE TRIGGER tidy BEFORE UPDATE OF target ON item
                    FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION tidy();
                  """);

      program.run().done();

      assertThat(List.of(target(database, 1), target(database, 2), target(database, 3)))
          .containsExactly("PASSED ON", "TIDY", "ITEM 3");
      assertThat(waiting(database)).as(NOTHING_WAITS).isZero();
      assertThat(program.run().done()).contains("nothing to do");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aChangeThatIsRolledBackOrCommittedLateIsNoneAndOne(PostgresServer server, String change)
      throws SQLException {
    try (TestDatabase database = server.newDatabase();
        Connection late = database.connect();
        Statement statement = late.createStatement()) {
      Program program = create(database, change);
      program.run().done();
      late.setAutoCommit(false);

      statement.execute("UPDATE item SET source = 'never' WHERE id = 1");
      late.rollback();
      assertThat(waiting(database)).isZero();

      statement.execute("UPDATE item SET source = 'late' WHERE id = 1");
      database.execute("UPDATE item SET source = 'early' WHERE id = 2");
      assertThat(program.run().done()).contains("caught up, 1 rows");
      late.commit();
      assertThat(waiting(database)).isOne();
      assertThat(program.run().done()).contains("caught up, 1 rows");

      assertThat(List.of(target(database, 1), target(database, 2)))
          .containsExactly("LATE", "EARLY");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void anApplicationNeedsNoRightOnTheLog(PostgresServer server, String change) throws SQLException {
    try (TestDatabase database = server.newDatabase();
        Connection application = database.connect();
        Statement statement = application.createStatement()) {
      Program program = create(database, change);
      program.run().done();
      statement.execute(
          """
          CREATE ROLE capture_it_application;
          GRANT SELECT, INSERT, UPDATE, DELETE ON item TO capture_it_application;
          """);
      try {
        statement.execute("SET ROLE capture_it_application");
        statement.execute("SET search_path = pg_temp");
        statement.execute("UPDATE public.item SET source = 'new' WHERE id = 1");
        statement.execute("INSERT INTO public.item (id, source) VALUES (5000, 'born')");
        statement.execute("RESET ROLE");

        assertThat(program.run().done()).contains("caught up, 2 rows");
        assertThat(List.of(target(database, 1), target(database, 5000)))
            .containsExactly("NEW", "BORN");
      } finally {
        statement.execute(
            "RESET ROLE; DROP OWNED BY capture_it_application; DROP ROLE capture_it_application");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aTriggerThatSomebodyDisabledIsPutBack(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = create(database, change);
      program.run().done();
      database.execute(
          """
          ALTER TABLE item DISABLE TRIGGER zz_sluice_0001_upper_c;
          UPDATE item SET source = 'missed' WHERE id = 1;
          INSERT INTO item (id, source) VALUES (2000, 'born');
          """);
      assertThat(program.run("--dry-run").done())
          .isEqualToIgnoringNewLines(
              "0001_upper: completed, a run would put the capture trigger back, which is missing or disabled");

      String log =
          logOf(
              () ->
                  assertThat(program.run().done())
                      .isEqualToIgnoringNewLines("0001_upper: caught up, 1 rows"));

      assertThat(log)
          .contains(
              "capture.missing migration=0001_upper had no trigger until now: rows that were changed"
                  + " without it are found only where they are under the guard");
      assertThat(List.of(target(database, 1), target(database, 2000)))
          .containsExactly("ITEM 1", "BORN");
      database.execute("UPDATE item SET source = 'seen' WHERE id = 1");
      assertThat(program.run().done()).contains("caught up, 1 rows");
      assertThat(target(database, 1)).isEqualTo("SEEN");
      assertThat(program.run().done()).contains("nothing to do");

      database.execute("DROP TRIGGER zz_sluice_0001_upper_c ON item");
      assertThat(program.run().done()).contains("caught up, 0 rows");
      assertThat(program.run().done()).contains("nothing to do");
      database.execute("DROP FUNCTION sluice.capture_0001_upper() CASCADE");
      program.run().done();
      database.execute("UPDATE item SET source = 'seen again' WHERE id = 1");
      program.run().done();
      assertThat(target(database, 1)).isEqualTo("SEEN AGAIN");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aTriggerThatIsDisabledOnOnePartitionIsPutBackAtTheNextLaunch(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          """
          CREATE TABLE item (id int PRIMARY KEY, source text, target text) PARTITION BY RANGE (id);
          CREATE TABLE item_1 PARTITION OF item FOR VALUES FROM (0) TO (100);
          CREATE TABLE item_2 PARTITION OF item FOR VALUES FROM (100) TO (200);
          INSERT INTO item SELECT n, 'item ' || n FROM generate_series(1, 150) AS n;
          """);
      Program program =
          new Program(database, jobs, ID)
              .define(
                  """
                  table: item
                  where: target IS NULL
                  set: {target: upper(source)}
                  undo: journal
                  sync: capture
                  checks: {after: [{name: open, sql: SELECT (SELECT count(*) FROM item) > 150}]}
                  """);
      assertThat(program.run().exitCode()).isEqualTo(6);
      database.execute(
          """
          ALTER TABLE item_2 DISABLE TRIGGER zz_sluice_0001_upper_c;
          INSERT INTO item VALUES (151, 'born');
          """);

      assertThat(logOf(() -> program.run().done())).contains("had no trigger until now");

      database.execute("UPDATE item SET source = 'seen' WHERE id = 150");
      assertThat(program.run().done()).contains("caught up, 1 rows");
      assertThat(target(database, 150)).isEqualTo("SEEN");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aStaleRowIsNoWrongOneAndKeepsTheOldSide(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program =
          create(
                  database,
                  change
                      + "undo: journal\ncleanup: {after: 0s}\nchecks: {after: [{not-null: [target]}]}\n")
              .write("cleanup.up.sql", "ALTER TABLE item DROP COLUMN source;");
      database.execute("DELETE FROM item WHERE kind = 'b'");
      program.run().done();
      database.execute("UPDATE item SET source = 'new' WHERE id = 1");
      database.execute("INSERT INTO item (id, source) VALUES (2000, 'born')");

      assertThat(program.command("verify").done())
          .contains(
              "remaining: no row is under the guard",
              "not-null target: no NULL",
              "captured: 2 changes of the application wait to be done, their rows are not compared;"
                  + " 'run 0001_upper' does them",
              "999 rows compared, 0 differ");
      assertThat(program.status()).contains("2 captured changes wait");
      assertThat(program.status("--json")).contains("\"captured\":2");
      assertThat(program.run("--dry-run").done())
          .contains("0001_upper: completed, a run would do 2 captured changes");
      assertThat(program.command("cleanup", "--confirm=" + ID).failed(3))
          .isEqualToIgnoringNewLines(
              "0001_upper: 2 captured changes wait, and where they are the new side is older than"
                  + " the old one. 'run 0001_upper' first.\n");

      program.run().done();
      assertThat(program.command("cleanup", "--confirm=" + ID).done())
          .contains("capture log sluice.captured_0001_upper and its trigger");
      assertThat(database.count("pg_class WHERE relname = 'captured_0001_upper'")).isZero();
      database.execute("INSERT INTO item (id, target) VALUES (3000, 'free')");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ALTER COLUMN id TYPE numeric, 0A000",
    "ALTER COLUMN source TYPE varchar(100), 0A000",
    "ALTER COLUMN target TYPE varchar(100), 0A000",
    "DROP COLUMN source, 2BP01",
    "DROP COLUMN target, 2BP01",
  })
  void noColumnThatTheTriggerNeedsIsChangedUnderIt(String action, String state) {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = create(database, SET);
      program.run().done();

      assertThatThrownBy(() -> database.execute("ALTER TABLE item " + action))
          .hasRootCauseInstanceOf(SQLException.class)
          .rootCause()
          .hasFieldOrPropertyWithValue("SQLState", state);

      database.execute("INSERT INTO item (id, source) VALUES (2000, 'born')");
      assertThat(program.run().done()).contains("caught up, 1 rows");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aGuardThatTheSweepCouldNotAskIsRefusedBeforeAnythingIsCaptured(
      PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program =
          create(database, change.replace("where: target", "where: public.item.target"));

      assertThat(program.run().failed(3))
          .isEqualToIgnoringNewLines(
              "0001_upper: sync: capture asks where of a captured row without its new values, and"
                  + " cannot: invalid reference to FROM-clause entry for table \"item\" [42P01]. In"
                  + " it, name columns alone, or as \"item\".column; a system column or the table's"
                  + " schema is not there.");

      assertNothingCaptures(database);
      assertThat(database.count("item WHERE target IS NOT NULL")).isZero();
      program.define(change + "chunk: {rows: 100}\n");
      assertThat(program.run().done()).contains("0001_upper: completed");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void anExpressionMayNameTheTableWithItsSchema(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      Program program =
          create(database, SET.replace("coalesce(source", "coalesce(public.item.source"));
      program.run().done();
      database.execute("UPDATE item SET source = 'new' WHERE id = 1");

      assertThat(program.run().done()).contains("caught up, 1 rows");

      assertThat(target(database, 1)).isEqualTo("NEW");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aTypeThatConstrainCouldNotChangeIsRefusedBeforeTheFirstRow(
      PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program =
          create(database, change)
              .write(
                  "constrain.up.sql",
                  """
                  ALTER TABLE public.item ALTER COLUMN other SET DATA TYPE bigint,
                    ALTER "source" TYPE varchar, ALTER target TYPE varchar, ALTER id TYPE numeric;
                  """);

      assertThat(program.run().failed(3))
          .contains(
              "0001_upper: constrain.up.sql changes the type of column 'id', 'source', 'target',"
                  + " which the capture trigger needs: PostgreSQL refuses that until cleanup. Do it"
                  + " in expand.up.sql, or in cleanup.up.sql.");

      assertNothingCaptures(database);
      assertThat(database.count("item WHERE target IS NOT NULL")).isZero();
      program
          .write("constrain.up.sql", "ALTER TABLE nowhere ADD COLUMN other int;")
          .run()
          .failed(5);
      program
          .write("constrain.up.sql", "ALTER TABLE item ALTER COLUMN target TYPE varchar;")
          .run()
          .failed(3);
      program.write("constrain.up.sql", "ALTER TABLE item ALTER other TYPE bigint;").run().done();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aColumnThatAnothersTriggerNeedsStaysUntilThatOneEnds(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      Program first =
          create(database, SET + "cleanup: {after: 0s}\n")
              .write("cleanup.up.sql", "ALTER TABLE item DROP COLUMN source;");
      database.execute("DELETE FROM item WHERE kind = 'b'");
      first.run().done();
      Program second =
          new Program(database, jobs, "0002_length")
              .define(
                  """
                  table: item
                  where: other IS NULL
                  set: {other: length(target || source)}
                  undo: journal
                  sync: capture
                  """);
      second.run().done();

      assertThat(first.rollback("--discard-changes").failed(3))
          .isEqualToIgnoringNewLines(
              "0001_upper: expand.down.sql drops column 'target' of public.item, which the capture"
                  + " trigger of '0002_length' needs. Roll back or clean up 0002_length first.");
      assertThat(first.command("cleanup", "--confirm=" + ID).failed(3))
          .isEqualToIgnoringNewLines(
              "0001_upper: cleanup.up.sql drops column 'source' of public.item, which the capture"
                  + " trigger of '0002_length' needs. Roll back or clean up 0002_length first.");

      database.execute("UPDATE item SET source = 'new' WHERE id = 1");
      assertThat(first.run().done()).as("still captured").contains("caught up, 1 rows");
      second.rollback().done();
      first.rollback("--discard-changes").done();
    }
  }

  private static void assertNothingCaptures(TestDatabase database) {
    assertThat(database.count("pg_trigger WHERE tgname LIKE 'zz_sluice%'")).isZero();
    assertThat(database.count("pg_proc WHERE proname LIKE 'capture%'")).isZero();
    assertThat(database.count("pg_class WHERE relname = 'captured_0001_upper'")).isZero();
  }

  /** A run that fails behind its sweep, and would not again. */
  private Program unfinished(TestDatabase database) {
    Program program =
        create(database, SET)
            .write(
                "constrain.up.sql",
                "ALTER TABLE item ADD CONSTRAINT no_other CHECK (other IS NULL);")
            .write("constrain.down.sql", "ALTER TABLE item DROP CONSTRAINT no_other;");
    database.execute("UPDATE item SET other = 1 WHERE id = 1");
    program.run().failed(5);
    database.execute("UPDATE item SET other = NULL WHERE id = 1");
    return program;
  }

  private static String withoutSync() {
    return SET.replace("sync: capture\n", "");
  }

  @Test
  void aRunThatNoLongerAsksForItCapturesNoMore() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = unfinished(database).define(withoutSync());

      assertThat(program.run().done()).contains("0001_upper: completed");

      assertNothingCaptures(database);
    }
  }

  @Test
  void changesThatWaitAreNotForgottenWithTheDefinition() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = unfinished(database).define(withoutSync());
      database.execute("UPDATE item SET source = 'new' WHERE id = 2");

      assertThat(program.run().failed(3))
          .isEqualToIgnoringNewLines(
              "0001_upper: the run began with 'sync: capture', and 1 captured changes wait, which"
                  + " nothing would do without it. Put 'sync: capture' back, or roll the run back"
                  + " first.");

      assertThat(program.rollback("--discard-changes").done()).contains("rolled back");
      assertNothingCaptures(database);
      database.execute("ALTER TABLE item DROP COLUMN source");
      database.execute("INSERT INTO item (id) VALUES (2000)");
    }
  }

  @Test
  void aCleanupEndsWhatTheDefinitionNoLongerAsksFor() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program =
          create(database, SET + "cleanup: {after: 0s}\n")
              .write("cleanup.up.sql", "ALTER TABLE item DROP COLUMN source;");
      database.execute("DELETE FROM item WHERE kind = 'b'");
      program.run().done();
      program.define(withoutSync() + "cleanup: {after: 0s}\n");
      program.command("repair", "--accept-changes").done();
      database.execute("UPDATE item SET source = 'new' WHERE id = 2");

      assertThat(program.command("cleanup", "--confirm=" + ID).failed(3))
          .contains("1 captured changes wait");
      assertThat(program.run().done()).contains("caught up, 1 rows");
      assertThat(target(database, 2)).isEqualTo("NEW");
      assertThat(program.command("cleanup", "--confirm=" + ID).done())
          .contains("capture log sluice.captured_0001_upper and its trigger");

      assertNothingCaptures(database);
      database.execute("INSERT INTO item (id, target) VALUES (3000, 'free')");
    }
  }

  @Test
  void aDryRunSaysWhatIsCapturedThoughTheDefinitionNoLongerAsksForIt() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = create(database, SET);
      program.run().done();
      program.define(withoutSync() + "chunk: {rows: 100}\n");
      assertThat(program.run("--dry-run").failed(3))
          .contains("was completed at", "with other files", "'repair 0001_upper --accept-changes'");
      program.command("repair", "--accept-changes").done();
      String stillNoted =
          "its definition no longer says 'sync: capture': what the application changes is noted"
              + " until 'cleanup' or 'rollback' all the same, and 'run' does it";
      assertThat(program.run("--dry-run").done())
          .contains("0001_upper: completed at", "nothing to do", stillNoted);
      database.execute("UPDATE item SET source = 'new' WHERE id = 2");

      assertThat(program.run("--dry-run").done())
          .isEqualToIgnoringNewLines(
              "0001_upper: completed, a run would do 1 captured changes  " + stillNoted);

      assertThat(waiting(database)).isOne();
      assertThat(program.run().done()).isEqualToIgnoringNewLines("0001_upper: caught up, 1 rows");
      assertThat(target(database, 2)).isEqualTo("NEW");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aRowThatMovesToAnotherPartitionIsCaptured(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          """
          CREATE TABLE "Order" (region text, "Id" int, "Source" text, target text, PRIMARY KEY (region, "Id"))
            PARTITION BY LIST (region);
          CREATE TABLE order_n PARTITION OF "Order" FOR VALUES IN ('n');
          CREATE TABLE order_s PARTITION OF "Order" FOR VALUES IN ('s');
          INSERT INTO "Order" SELECT 'n', n, 'item ' || n FROM generate_series(1, 200) AS n;
          """);
      Program program =
          new Program(database, jobs, ID)
              .define(
                  """
                  table: '"Order"'
                  where: target IS NULL
                  set: {target: 'upper("Source")'}
                  undo: none
                  irreversible: a test
                  sync: capture
                  """);
      program.run().done();
      database.execute(
          """
          UPDATE "Order" SET region = 's', "Source" = 'moved' WHERE "Id" = 1;
          UPDATE "Order" SET "Source" = 'stays' WHERE "Id" = 2;
          UPDATE "Order" SET region = 's' WHERE "Id" = 3;
          UPDATE "Order" SET "Source" = 'first' WHERE "Id" = 4;
          UPDATE "Order" SET region = 's' WHERE "Id" = 4;
          INSERT INTO "Order" VALUES ('s', 500, 'born');
          """);

      assertThat(program.run().done()).contains("caught up, 4 rows");

      assertThat(database.count("\"Order\" WHERE target IS DISTINCT FROM upper(\"Source\")"))
          .isZero();
      assertThat(waiting(database)).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void whatIsChangedInPlaceIsChangedOnce(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          """
          CREATE TABLE price (id int PRIMARY KEY, amount int NOT NULL, unit text, note text);
          INSERT INTO price SELECT n, n FROM generate_series(1, 100) AS n;
          """);
      Program program =
          new Program(database, jobs, ID)
              .define(
                  """
                  table: price
                  where: unit IS NULL
                  set: {amount: amount * 100, unit: "'cent'"}
                  undo: journal
                  sync: capture
                  """);
      program.run().done();
      database.execute("UPDATE price SET amount = 7 WHERE id = 1");
      database.execute("UPDATE price SET amount = 8, unit = NULL WHERE id = 2");
      database.execute("UPDATE price SET id = -3 WHERE id = 3");
      database.execute("INSERT INTO price VALUES (500, 5)");
      database.execute("INSERT INTO price VALUES (501, 5, 'cent')");

      assertThat(program.run().done()).contains("caught up, 2 rows");

      assertThat(
              database
                  .jdbc()
                  .sql("SELECT amount FROM price WHERE id IN (1, 2, -3, 500, 501) ORDER BY id")
                  .query(Integer.class)
                  .list())
          .containsExactly(300, 7, 800, 500, 5);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.sluice.testing.PostgresServer#all")
  void aForceThatEndsTheTwoShapesEndsTheLog(PostgresServer server) {
    try (TestDatabase database = server.newDatabase()) {
      database.execute(
          "CREATE TABLE item (id int PRIMARY KEY, source text, kind text, target text)");
      Program program = new Program(database, jobs, ID).define(SET);
      program.run().done();
      assertThat(database.count("pg_class WHERE relname = 'captured_" + ID + "'")).isEqualTo(1);
      program.command("force", "rolled_back", "--discard-journal").done();
      assertThat(database.count("pg_class WHERE relname = 'captured_" + ID + "'")).isZero();
      assertThat(database.count("pg_trigger WHERE NOT tgisinternal")).isZero();
    }
  }
}
