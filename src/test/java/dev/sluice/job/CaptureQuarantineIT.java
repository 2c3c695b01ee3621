package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Captured rows that fail are known by their own keys, and none of them is forgotten. */
class CaptureQuarantineIT {

  private static final String ID = "0001_number";
  private static final int FAILED = 5;
  private static final int ROWS_LEFT = 8;

  private static final String SET = "set: {number: source::int}\n";
  private static final String TRANSFORM =
      "transform: {class: Number, read: [source], write: [number]}\n";

  private static final String NUMBER_JAVA =
      """
      import dev.sluice.migration.Row;
      import dev.sluice.migration.RowTransformer;

      public class Number implements RowTransformer {
        @Override
        public void transform(Row row) {
          row.set("number", Integer.valueOf(row.getString("source")));
        }
      }
      """;

  @TempDir private Path jobs;

  private static Stream<Arguments> everywhere() {
    return PostgresServer.all().stream()
        .flatMap(server -> Stream.of(SET, TRANSFORM).map(change -> Arguments.of(server, change)));
  }

  /** Keys far from the numbers of the log's entries. */
  private Program create(TestDatabase database, String change, int skip) {
    database.execute(
        """
        CREATE TABLE item (id bigint PRIMARY KEY, source text, other int, number int);
        INSERT INTO item (id, source) SELECT n, n::text FROM generate_series(1001, 1300) AS n;
        """);
    return define(new Program(database, jobs, ID), change, skip).write("Number.java", NUMBER_JAVA);
  }

  private static Program define(Program program, String change, int skip) {
    return program.define(
        """
        table: item
        where: number IS NULL
        %ssync: capture
        skip: %d
        chunk: {rows: 100}
        """
            .formatted(change, skip));
  }

  private static List<String> quarantine(TestDatabase database) {
    return database
        .jdbc()
        .sql("SELECT array_to_string(key, ',') FROM sluice.quarantine ORDER BY 1")
        .query(String.class)
        .list();
  }

  private static String number(TestDatabase database, long id) {
    return database
        .jdbc()
        .sql("SELECT coalesce(number::text, '(none)') FROM item WHERE id = ?")
        .param(id)
        .query(String.class)
        .single();
  }

  private static void source(TestDatabase database, long id, String source) {
    database.execute("UPDATE item SET source = '%s' WHERE id = %d".formatted(source, id));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aCapturedRowThatFailsIsSetAsideByItsOwnKey(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = create(database, change, 3);
      program.run().done();
      database.execute("UPDATE item SET source = (id + 1)::text WHERE id < 1201");
      source(database, 1007, "once");
      source(database, 1007, "secret");
      source(database, 1150, "secret");
      source(database, 1155, "secret");

      Program.Answer caughtUp = program.run();

      assertThat(caughtUp.exitCode()).as(caughtUp.err()).isEqualTo(ROWS_LEFT);
      assertThat(caughtUp.out())
          .isEqualToIgnoringNewLines(
              "0001_number: caught up, 197 rows  3 rows in quarantine: 'quarantine 0001_number'"
                  + " lists them, 'quarantine 0001_number --retry' tries them again")
          .doesNotContain("secret");
      assertThat(quarantine(database)).containsExactly("1007", "1150", "1155");
      assertThat(number(database, 1007)).as("as it was").isEqualTo("1007");
      assertThat(number(database, 1008)).isEqualTo("1009");
      assertThat(program.status("--json")).contains("\"quarantined\":3");
      assertThat(program.command("verify").out())
          .contains("no change of the application waits to be done");

      Program.Answer again = program.run();
      assertThat(again.exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(again.out()).as("nothing more to catch up with").contains("nothing to do but");

      assertThat(program.command("quarantine", "--retry").exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(quarantine(database)).containsExactly("1007", "1150", "1155");

      source(database, 1007, "7"); // tried again, with success
      database.execute("UPDATE item SET number = -1 WHERE id = 1150"); // its own value
      database.execute("UPDATE item SET other = 1 WHERE id = 1155"); // stale as before
      assertThat(program.run().exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(quarantine(database)).containsExactly("1155");
      assertThat(number(database, 1007)).isEqualTo("7");
      assertThat(number(database, 1150)).isEqualTo("-1");

      database.execute("ALTER TABLE item DISABLE TRIGGER USER");
      source(database, 1155, "55"); // nobody captures it
      database.execute("ALTER TABLE item ENABLE TRIGGER USER");
      database.execute("ALTER TABLE item ENABLE ALWAYS TRIGGER zz_sluice_0001_number_c");
      program.command("quarantine", "--retry").done();
      assertThat(quarantine(database)).isEmpty();
      assertThat(number(database, 1155)).as("stale, outside the guard").isEqualTo("55");
      program.command("verify").done();
      assertThat(program.run().done()).contains("nothing to do");
      assertThat(database.count("sluice.captured_0001_number")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void withoutSkipTheRunNamesTheRowAndKeepsItsEntry(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = create(database, change, 0);
      program.run().done();
      source(database, 1150, "secret");
      source(database, 1151, "51");

      String error = program.run().failed(FAILED);

      assertThat(error).contains("the row with key 1150").doesNotContain("secret");
      assertThat(quarantine(database)).isEmpty();
      source(database, 1150, "50");
      assertThat(program.run().done()).contains("caught up");
      assertThat(number(database, 1150)).isEqualTo("50");
      assertThat(number(database, 1151)).isEqualTo("51");
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void moreThanSkipFailTheCatchUpAndNothingIsLost(PostgresServer server, String change) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = create(database, change, 1);
      program.run().done();
      source(database, 1007, "secret");
      source(database, 1150, "secret");

      assertThat(program.run().failed(FAILED)).contains("2 rows of", "key 1007", "key 1150");

      source(database, 1007, "7");
      assertThat(program.run().exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(quarantine(database)).containsExactly("1150");
      assertThat(number(database, 1007)).isEqualTo("7");
    }
  }

  @Test
  void aCapturedRowThatStaysUnderTheGuardIsNamedOrSetAside() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = create(database, SET, 0);
      program.run().done();
      database.execute("INSERT INTO item (id) VALUES (2007), (2150)");

      assertThat(program.run().failed(FAILED))
          .contains(
              "0001_number: 2 rows of item are still under the guard 'number IS NULL' after the"
                  + " change, like key [2007, 2150]. The change gives them no value that ends the"
                  + " guard, NULL perhaps. Correct the expression, or exclude these rows in where:.");

      define(program, SET, 2);
      assertThat(program.run().exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(quarantine(database)).containsExactly("2007", "2150");
      source(database, 2007, "7");
      assertThat(program.run().exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(quarantine(database)).containsExactly("2150");
      database.execute("DELETE FROM item WHERE id = 2150");
      assertThat(program.run().done()).contains("caught up, 0 rows");
      assertThat(quarantine(database)).isEmpty();
    }
  }

  @Test
  void aRowIsSetAsideWithItsEntryThoughTheDefinitionNoLongerAsksForTheLog() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = create(database, SET, 1);
      program.run().done();
      program.define("table: item\nwhere: number IS NULL\n" + SET + "skip: 1\n");
      program.command("repair", "--accept-changes").done();
      source(database, 1150, "secret");

      assertThat(program.run().exitCode()).isEqualTo(ROWS_LEFT);

      assertThat(quarantine(database)).containsExactly("1150");
      Program.Answer again = program.run();
      assertThat(again.exitCode()).isEqualTo(ROWS_LEFT);
      assertThat(again.out()).as("nothing more to catch up with").contains("nothing to do but");
      source(database, 1150, "50");
      assertThat(program.run().done()).contains("caught up, 1 rows");
      assertThat(number(database, 1150)).isEqualTo("50");
    }
  }

  @Test
  void aCatchUpMakesSureOfTheNumberOfRows() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      Program program = create(database, SET + "checks: {after: [{row-count: unchanged}]}\n", 0);
      program.run().done();
      source(database, 1150, "50");
      database.execute(
          """
          CREATE FUNCTION double() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            INSERT INTO item (id, source, number) VALUES (NEW.id + 10000, '1', 1);
            RETURN NEW;
          END $$;
          CREATE TRIGGER double BEFORE UPDATE OF number ON item
            FOR EACH ROW EXECUTE FUNCTION double();
          """);

      assertThat(program.run().failed(FAILED)).contains("a chunk would leave 1 rows more in item");

      assertThat(database.count("item")).isEqualTo(300);
      database.execute("DROP TRIGGER double ON item");
      program.run().done();
      assertThat(number(database, 1150)).isEqualTo("50");
    }
  }
}
