package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sync: capture} beside an application, and through kills in the sweep of its log. */
class CaptureKillIT {

  private static final String ID = "0001_upper";
  private static final String LOG = "sluice.captured_0001_upper";
  private static final String STEPS = "sluice.batch_step_execution";
  private static final String STANDS =
      "pg_trigger WHERE tgname = 'zz_sluice_0001_upper_c' AND tgenabled = 'A'";
  private static final String AT_THE_GATE =
      "pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted";
  private static final int ROWS = 10_000;
  private static final int KILLED = 128 + 9;
  private static final String TUNING = "chunk: {rows: 100}\nworkers: 2\nsync: capture\n";

  /** 50 ms a chunk of ours: a catch-up lasts until it is killed. */
  private static final String BRAKE =
      """
      CREATE FUNCTION brake() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('application_name') = 'sluice' THEN
          PERFORM pg_sleep(0.05);
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER brake AFTER UPDATE ON item FOR EACH STATEMENT EXECUTE FUNCTION brake();
      """;

  @TempDir private Path jobs;

  @ParameterizedTest
  @ValueSource(strings = {CountedTable.SET, CountedTable.TRANSFORM})
  void noChangeIsLostBesideTheRunNorByKillsInTheCatchUp(String change) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable.create(database, ROWS);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(ID, change + TUNING)
              .write(ID, "Upper.java", CountedTable.UPPER_JAVA);
      runBesideAnApplication(database, migrations);
      runToTheEnd(migrations);
      assertEachRowIsOfItsNewestSource(database);

      database.execute(BRAKE);
      for (int round = 1; round <= 2; round++) {
        database.execute("UPDATE item SET source = source || ' %d'".formatted(round));
        try (SluiceProcess process = migrations.start(ID)) {
          watch.await(
              "a part of the log done", process, () -> database.count(LOG) < ROWS * 8L / 10);
          database.execute("UPDATE item SET source = source || '!' WHERE id % 3 = 0");
          process.kill9();
          assertThat(process.waitFor()).as("%s", process).isEqualTo(KILLED);
        }
        assertThat(database.count(LOG)).as("killed in the middle").isPositive();
        assertThat(watch.state()).isEqualTo("completed");
      }
      database.execute("DROP TRIGGER brake ON item");
      runToTheEnd(migrations);
      assertEachRowIsOfItsNewestSource(database);
    }
  }

  /** Stops whoever writes such a row of the job repository, until it is killed. */
  private static String gate(String when) {
    return """
        CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_advisory_xact_lock(4711);
          RETURN NEW;
        END $$;
        CREATE TRIGGER gate BEFORE %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION gate();
        """
        .formatted(
            when.startsWith("NEW.status") ? "UPDATE ON " + STEPS : "INSERT ON " + STEPS, when);
  }

  /** The trigger stands again, and nothing in the log tells what was missed without it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "NEW.status = 'COMPLETED' AND NEW.step_name = 'capture'",
        "NEW.step_name = 'sweep'"
      })
  void aKillBetweenTheTriggersReturnAndTheGuardsSweepHidesNothing(String moment) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID);
        Connection gatekeeper = database.connect();
        Statement key = gatekeeper.createStatement()) {
      CountedTable.create(database, 1_000);
      Migrations migrations = new Migrations(jobs, database).define(ID, CountedTable.SET + TUNING);
      runToTheEnd(migrations);
      database.execute(
          """
          ALTER TABLE item DISABLE TRIGGER zz_sluice_0001_upper_c;
          INSERT INTO item (id, source) VALUES (-1, 'missed'), (-2, 'missed');
          """);
      key.execute("SELECT pg_advisory_lock(4711)");
      database.execute(gate(moment));
      try (SluiceProcess process = migrations.start(ID)) {
        watch.await("at the gate", process, () -> database.count(AT_THE_GATE) == 1);
        process.kill9();
        assertThat(process.waitFor()).as("%s", process).isEqualTo(KILLED);
      }
      key.execute("SELECT pg_advisory_unlock(4711)");
      database.execute("DROP TRIGGER gate ON " + STEPS);
      assertThat(database.count(STANDS)).as("the trigger stands").isOne();
      assertThat(database.count(LOG)).isZero();
      assertThat(database.count("item WHERE target IS NULL")).isEqualTo(2);
      database.execute("UPDATE item SET source = 'seen' WHERE id = 1");

      try (SluiceProcess again = migrations.start(ID)) {
        assertThat(again.waitFor()).as("%s", again).isZero();
        assertThat(again.out()).contains("0001_upper: caught up, 3 rows");
        assertThat(again.err()).doesNotContain("had no trigger");
      }

      assertEachRowIsOfItsNewestSource(database);
      try (SluiceProcess last = migrations.start(ID)) {
        assertThat(last.waitFor()).as("%s", last).isZero();
        assertThat(last.out()).contains("nothing to do");
      }
    }
  }

  private static void runBesideAnApplication(TestDatabase database, Migrations migrations) {
    try (Application application = new Application(database)) {
      application
          .session( // behind the cursor and before it
              1,
              (sql, random) ->
                  sql.execute(
                      "UPDATE item SET source = 'new %d' WHERE id = %d"
                          .formatted(random.nextInt(), 1 + random.nextInt(ROWS))))
          .session( // without the new column, behind the cursor
              2,
              (sql, random) ->
                  sql.execute(
                      "INSERT INTO item (id, source) VALUES (%d, 'low') ON CONFLICT DO NOTHING"
                          .formatted(-1 - random.nextInt(ROWS))))
          .session(
              3,
              (sql, random) ->
                  sql.execute("DELETE FROM item WHERE id = " + (1 + random.nextInt(ROWS))));
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      application.end();
    }
  }

  private static void runToTheEnd(Migrations migrations) {
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isZero();
    }
  }

  private static void assertEachRowIsOfItsNewestSource(TestDatabase database) {
    assertThat(database.count(LOG)).as("entries").isZero();
    assertThat(database.count("item WHERE target IS DISTINCT FROM upper(source)"))
        .as("stale rows")
        .isZero();
  }
}
