package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code sync: capture}: the later of two changes of a row decides, also where one is made by a
 * trigger of the application that the other has fired, and whatever row had the key before.
 */
class CaptureOrderIT {

  private static final String ID = "0001_bc";

  private static final String PLAIN = "CREATE TABLE t (%s);";

  /** A row that gets 5000 added to its key goes to the other partition. */
  private static final String PARTITIONED =
      """
      CREATE TABLE t (%s) PARTITION BY RANGE (id);
      CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (MINVALUE) TO (4500);
      CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (4500) TO (MAXVALUE);
      """;

  /** What the statement sets n to tells the trigger what to do; our own never changes it. */
  private static final String APPLICATION =
      """
      CREATE FUNCTION act() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'UPDATE' AND NEW.n IS NOT DISTINCT FROM OLD.n THEN
          RETURN NULL;
        END IF;
        CASE NEW.n
          WHEN 1 THEN UPDATE t SET a = a || 'x' WHERE id = NEW.id;
          WHEN 2 THEN UPDATE t SET b = 'own' WHERE id = NEW.id;
          WHEN 3 THEN UPDATE t SET id = id + 5000 WHERE id = NEW.id AND id < 5000;
          WHEN 4 THEN UPDATE t SET a = a || 'x' WHERE id = NEW.id + 1;
          WHEN 5 THEN
            UPDATE t SET a = a || 'x' WHERE id = NEW.id;
            UPDATE t SET b = 'own' WHERE id = NEW.id;
          WHEN 6 THEN
            UPDATE t SET b = 'own' WHERE id = NEW.id;
            UPDATE t SET a = a || 'x' WHERE id = NEW.id;
          WHEN 7 THEN DELETE FROM t WHERE id = NEW.id;
          WHEN 8 THEN UPDATE t SET k = 'touched' WHERE id = NEW.id;
          WHEN 9 THEN
            BEGIN
              UPDATE t SET a = a || 'x' WHERE id = NEW.id;
            EXCEPTION WHEN unique_violation THEN
              NULL;
            END;
          ELSE NULL;
        END CASE;
        RETURN NULL;
      END $$;
      CREATE TRIGGER %s AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION act();
      """;

  @TempDir private Path jobs;

  /** The application's trigger fires before ours for a row, and after it. */
  private static Stream<Arguments> everywhere() {
    return PostgresServer.all().stream()
        .flatMap(
            server ->
                Stream.of(PLAIN, PARTITIONED)
                    .flatMap(
                        table ->
                            Stream.of("app", "zzzz")
                                .map(trigger -> Arguments.of(server, table, trigger))));
  }

  private Program completed(TestDatabase database, String table, String trigger) {
    database.execute(
        table.formatted("id bigint PRIMARY KEY, k text, a text, b text, c text, n int"));
    database.execute("INSERT INTO t (id, a) SELECT g, 'a' || g FROM generate_series(1, 40) AS g");
    Program program =
        new Program(database, jobs, ID)
            .define(
                """
                table: t
                where: b IS NULL AND c IS NULL AND a IS NOT NULL
                set: {b: "'B' || a", c: "'C' || a"}
                undo: journal
                sync: capture
                """);
    program.run().done();
    database.execute(APPLICATION.formatted(trigger));
    return program;
  }

  private static List<String> rows(TestDatabase database, String condition) {
    return database
        .jdbc()
        .sql(
            "SELECT id || ' ' || coalesce(b, '-') FROM t WHERE %s ORDER BY id".formatted(condition))
        .query(String.class)
        .list();
  }

  private static void assertNothingWaits(TestDatabase database, Program program) {
    assertThat(database.count("sluice.captured_" + ID)).as("a log without entries").isZero();
    assertThat(program.run().done()).contains("nothing to do");
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void aChangeThatATriggerMakesIsLaterThanWhatFiredIt(
      PostgresServer server, String table, String trigger) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = completed(database, table, trigger);
      database.execute("UPDATE t SET id = 1001, n = 1 WHERE id = 1");
      database.execute("UPDATE t SET b = 'own', n = 1 WHERE id = 2");
      database.execute("UPDATE t SET id = id + 2000, n = 4 WHERE id IN (5, 6)");
      database.execute("UPDATE t SET a = 's', n = 2 WHERE id = 7");
      database.execute("UPDATE t SET a = 's', n = 5 WHERE id = 8");
      database.execute("UPDATE t SET a = 's', n = 6 WHERE id = 9");
      database.execute("UPDATE t SET a = 's', n = 7 WHERE id = 10");
      database.execute("UPDATE t SET b = 'own', n = 9 WHERE id = 11");
      database.execute("UPDATE t SET a = 's' WHERE id = 12");
      database.execute("UPDATE t SET b = 'own', n = 8 WHERE id = 12");
      database.execute("INSERT INTO t (id, a, b, c, n) VALUES (101, 'z', 'Bz', 'Cz', 1)");
      database.execute("INSERT INTO t (id, a, n) VALUES (102, 'z', 2), (103, 'z', 1)");
      database.execute("INSERT INTO t (id, a, b, c, n) VALUES (104, 'z', 'Bz', 'Cz', 9)");
      database.execute("INSERT INTO t (id, a, n) VALUES (105, 'z', 7), (106, 'z', 8)");

      assertThat(program.run().done()).contains("caught up, 9 rows");

      assertThat(rows(database, "id < 3 OR id BETWEEN 5 AND 12 OR id > 40"))
          .containsExactly(
              "2 Ba2x",
              "7 own",
              "8 own",
              "9 Bsx",
              "11 Ba11x",
              "12 own",
              "101 Bzx",
              "102 own",
              "103 Bzx",
              "104 Bzx",
              "106 Bz",
              "1001 Ba1x",
              "2005 Ba5",
              "2006 Ba6x");
      assertNothingWaits(database, program);
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void whatWaitsGoesAlongWithAKeyThatATriggerChangesAgain(
      PostgresServer server, String table, String trigger) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = completed(database, table, trigger);
      database.execute("UPDATE t SET a = 's', n = 3 WHERE id = 1");
      database.execute("UPDATE t SET a = 's', id = 1002, n = 3 WHERE id = 2");
      database.execute("UPDATE t SET a = 's' WHERE id = 3");
      database.execute("UPDATE t SET id = 1003, n = 3 WHERE id = 3");
      database.execute("UPDATE t SET a = 's' WHERE id = 4");
      database.execute("UPDATE t SET id = 5004, n = 8 WHERE id = 4");
      database.execute("UPDATE t SET a = 's' WHERE id = 5");
      database.execute("UPDATE t SET b = 'own', n = 3 WHERE id = 5");
      database.execute("UPDATE t SET b = 'own', n = 3 WHERE id = 6");
      database.execute("INSERT INTO t (id, a, n) VALUES (1007, 'z', 3)");
      database.execute("INSERT INTO t (id, a, b, c, n) VALUES (1008, 'z', 'own', 'own', 3)");

      assertThat(program.run().done()).contains("caught up, 5 rows");

      assertThat(rows(database, "id > 40"))
          .containsExactly(
              "5001 Bs",
              "5004 Bs",
              "5005 own",
              "5006 own",
              "6002 Bs",
              "6003 Bs",
              "6007 Bz",
              "6008 own");
      assertNothingWaits(database, program);
    }
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void whatWaitsForARowIsNotForTheNextOneWithItsKey(
      PostgresServer server, String table, String trigger) {
    try (TestDatabase database = server.newDatabase()) {
      Program program = completed(database, table, trigger);
      database.execute("UPDATE t SET a = 's' WHERE id IN (1, 2, 3, 4, 5, 6)");
      database.execute("DELETE FROM t WHERE id = 1");
      database.execute("INSERT INTO t (id, a, b, c) VALUES (1, 'new', 'own', 'own')");
      database.execute("DELETE FROM t WHERE id = 2");
      database.execute("INSERT INTO t (id, a, b, c, n) VALUES (2, 'new', 'own', 'own', 8)");
      database.execute("UPDATE t SET id = 5003 WHERE id = 3");
      database.execute("INSERT INTO t (id, a, b, c) VALUES (3, 'new', 'own', 'own')");
      database.execute(
          "INSERT INTO t (id, a) VALUES (4, 'other') ON CONFLICT (id) DO NOTHING;"
              + "INSERT INTO t (id, a) VALUES (5, 'other') ON CONFLICT (id) DO UPDATE SET b = 'own'");
      database.execute(
          """
          BEGIN;
          UPDATE t SET a = 't' WHERE id = 6;
          DELETE FROM t WHERE id = 6;
          INSERT INTO t (id, a, b, c) VALUES (6, 'new', 'own', 'own');
          COMMIT;
          """);
      database.execute("UPDATE t SET b = 'own', c = 'own' WHERE id = 8");
      database.execute("UPDATE t SET a = 's' WHERE id = 7; DELETE FROM t WHERE id = 7");
      database.execute("UPDATE t SET id = 7 WHERE id = 8");

      assertThat(program.run().done()).contains("caught up, 2 rows");

      assertThat(rows(database, "id < 9 OR id > 40"))
          .containsExactly("1 own", "2 own", "3 own", "4 Bs", "5 own", "6 own", "7 own", "5003 Bs");
      assertNothingWaits(database, program);
    }
  }
}
