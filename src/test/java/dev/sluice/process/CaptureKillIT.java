package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sync: capture} beside an application, and through kills in the sweep of its log. */
class CaptureKillIT {

  private static final String ID = "0001_upper";
  private static final String LOG = "sluice.captured_0001_upper";
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
