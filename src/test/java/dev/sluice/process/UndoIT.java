package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A run is taken back exactly, through kills, and beside an application that goes on writing. */
class UndoIT {

  private static final String ID = "0001_cents";
  private static final int KILLED = 128 + 9;

  @TempDir private Path jobs;

  @Test
  void everyPriceIsMultipliedOnceAndGoesBackThroughKills() throws Exception {
    killForthAndBack(60_000, 2);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void everyOfAMillionPricesIsMultipliedOnceAndGoesBackThroughKills() throws Exception {
    killForthAndBack(1_000_000, 5);
  }

  private void killForthAndBack(int rows, int kills) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      PriceTable table = PriceTable.create(database, rows);
      String before = table.checksum();
      Migrations migrations =
          new Migrations(jobs, database).write(ID, "migration.yaml", PriceTable.TIMES_100);

      killed(migrations, "run", watch, rows, kills);
      assertThat(table.wronglyMultiplied()).as("prices multiplied not once").isZero();
      assertThat(table.checksum()).isNotEqualTo(before);

      killed(migrations, "rollback", watch, rows, kills);
      assertThat(table.checksum()).as("the written column as it was").isEqualTo(before);
      assertThat(watch.state()).isEqualTo("rolled_back");
      assertThat(database.count("pg_class WHERE relname = 'undo_0001_cents'")).isZero();
    }
  }

  /** Ends complete, after so many kills. */
  private static void killed(
      Migrations migrations, String command, RunWatch watch, int rows, int kills) {
    long start = watch.rowsWritten();
    Random random = new Random();
    for (int i = 0; i < kills; i++) {
      long before = watch.rowsWritten() - start;
      long most = Math.max(before + 2, rows * 9L / 10);
      long moment = before + 1 + random.nextLong(Math.max(1, (most - before) / (kills - i)));
      try (SluiceProcess process = migrations.command(command, ID).start()) {
        watch.awaitRowsWritten(start + moment, process);
        process.kill9();
        assertThat(process.waitFor()).as("%s", process).isEqualTo(KILLED);
      }
      System.out.printf(
          "UndoIT: %s killed at %,d of %,d rows%n", command, watch.rowsWritten() - start, rows);
    }
    try (SluiceProcess last = migrations.command(command, ID).start()) {
      assertThat(last.waitFor()).as("%s", last).isZero();
    }
    assertThat(watch.rowsWritten() - start).as("rows counted by the steps").isEqualTo(rows);
  }

  @Test
  void whatTheApplicationWroteSinceStaysAndIsListed() throws Exception {
    changedBetween(30_000, 500, 50);
  }

  @Test
  @EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
  void whatTheApplicationWroteSinceStaysAndIsListedAmongAMillionRows() throws Exception {
    changedBetween(1_000_000, 5_000, 500);
  }

  private void changedBetween(int rows, int updates, int others) throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      PriceTable.create(database, rows);
      Migrations migrations =
          new Migrations(jobs, database).write(ID, "migration.yaml", PriceTable.TIMES_100);
      try (SluiceProcess run = migrations.start(ID)) {
        assertThat(run.waitFor()).as("%s", run).isZero();
      }
      database.execute(
          """
          CREATE TABLE drawn AS
            SELECT id, row_number() OVER (ORDER BY random()) AS place FROM product;
          UPDATE product SET price = -1 - product.id
          FROM drawn WHERE drawn.id = product.id AND place <= %1$d;
          DELETE FROM product USING drawn
          WHERE drawn.id = product.id AND place > %1$d AND place <= %1$d + %2$d;
          INSERT INTO product (id, price) SELECT %3$d + n, n FROM generate_series(1, %2$d) AS n;
          """
              .formatted(updates, others, rows));

      try (SluiceProcess back = migrations.command("rollback", ID).start()) {
        assertThat(back.waitFor()).as("%s", back).isEqualTo(8);
        assertThat(back.out()).contains("the application has written these rows since: keys ");
      }

      assertThat(database.count("sluice.conflict")).isEqualTo(updates);
      assertThat(
              database.count(
                  "sluice.conflict JOIN drawn ON drawn.id = key[1]::bigint AND place <= "
                      + updates))
          .as("conflicts are the rows that the application updated")
          .isEqualTo(updates);
      assertThat(
              database.count(
                  "product JOIN drawn USING (id) WHERE place <= %d AND price = -1 - id"
                      .formatted(updates)))
          .as("updated rows keep the application's values")
          .isEqualTo(updates);
      assertThat(
              database.count(
                  "product JOIN drawn USING (id) WHERE place > %d AND price IS DISTINCT FROM before"
                      .formatted(updates)))
          .as("every other row is as before the run")
          .isZero();
      assertThat(database.count("product WHERE id > %d AND price = id - %d".formatted(rows, rows)))
          .as("new rows stay")
          .isEqualTo(others);
      assertThat(database.count("product")).as("deleted rows stay deleted").isEqualTo(rows);
      assertThat(watch.state()).isEqualTo("rolled_back");
    }
  }

  @Test
  void aFailedRunIsTakenBackAtOnceAlsoWhenItIsKilledMeanwhile() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      int rows = 60_000;
      PriceTable table = PriceTable.create(database, rows);
      String before = table.checksum();
      Migrations migrations =
          new Migrations(jobs, database)
              .write(
                  ID,
                  "migration.yaml",
                  PriceTable.TIMES_100
                      + """
                      on-failure: rollback
                      checks: {after: [{name: nothing is dear, sql: SELECT max(price) < 1000 FROM product}]}
                      """);
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitRowsWritten(rows + 500, process);
        process.kill9();
        assertThat(process.waitFor()).as("%s", process).isEqualTo(KILLED);
      }
      assertThat(watch.state()).isEqualTo("rolling_back");

      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isEqualTo(9);
        assertThat(process.err()).contains("nothing is dear").contains(ID + ": rolled back");
      }
      assertThat(table.checksum()).isEqualTo(before);
      assertThat(watch.state()).isEqualTo("rolled_back");
    }
  }

  @Test
  void aRowThatTheApplicationWroteBetweenTwoLaunchesGoesBackToThat() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute(
          """
          CREATE TABLE word (id bigint PRIMARY KEY, v text, done boolean NOT NULL DEFAULT false);
          INSERT INTO word (id, v) SELECT n, 'word ' || n FROM generate_series(1, 10) AS n;
          CREATE TABLE gate (closed boolean);
          INSERT INTO gate VALUES (true);
          """);
      Migrations migrations =
          new Migrations(jobs, database)
              .write(
                  ID,
                  "migration.yaml",
                  """
                  description: Words in capitals
                  table: word
                  where: NOT done
                  set: {v: upper(v), done: "true"}
                  undo: journal
                  checks: {after: [{name: open, sql: SELECT count(*) = 0 FROM gate}]}
                  """);
      assertThat(exitCode(migrations, "run")).isEqualTo(6);
      database.execute(
          """
          UPDATE word SET v = 'the application', done = false WHERE id = 3;
          DELETE FROM word WHERE id = 4;
          INSERT INTO word (id, v) VALUES (4, 'another row');
          DELETE FROM gate;
          """);
      assertThat(exitCode(migrations, "run")).isZero();
      assertThat(database.count("word WHERE v = upper(v) AND done")).isEqualTo(10);

      assertThat(exitCode(migrations, "rollback")).isZero();
      assertThat(
              database.count(
                  "word WHERE NOT done AND v = CASE id WHEN 3 THEN 'the application'"
                      + " WHEN 4 THEN 'another row' ELSE 'word ' || id END"))
          .isEqualTo(10);
    }
  }

  @Test
  void valuesOfTheApplicationAreDroppedOnlyWhenThatIsAskedFor() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      database.execute("CREATE TABLE word AS SELECT n AS id FROM generate_series(1, 10) AS n");
      database.execute("ALTER TABLE word ADD PRIMARY KEY (id)");
      Migrations migrations =
          new Migrations(jobs, database)
              .write(ID, "expand.up.sql", "ALTER TABLE word ADD COLUMN half int;")
              .write(ID, "expand.down.sql", "ALTER TABLE word DROP COLUMN half;")
              .write(
                  ID,
                  "migration.yaml",
                  """
                  description: Halves
                  table: word
                  where: half IS NULL
                  set: {half: id / 2}
                  """);
      assertThat(exitCode(migrations, "run")).isZero();
      database.execute("UPDATE word SET half = 77 WHERE id = 5");
      assertThat(exitCode(migrations, "rollback")).isEqualTo(3);
      assertThat(watch.state()).as("a refusal leaves the run as it was").isEqualTo("completed");
      assertThat(exitCode(migrations, "rollback", "--discard-changes")).isZero();
      assertThat(database.count("pg_attribute WHERE attname = 'half' AND NOT attisdropped"))
          .isZero();
      assertThat(exitCode(migrations, "run")).as("and forth again").isZero();
      assertThat(database.count("word WHERE half = id / 2")).isEqualTo(10);
    }
  }

  @Test
  void anOldColumnIsNeverDroppedOnTheWayBack() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute("CREATE TABLE word (id int PRIMARY KEY, note text)");
      database.execute("INSERT INTO word SELECT n, 'kept' FROM generate_series(1, 10) AS n");
      Migrations migrations =
          new Migrations(jobs, database)
              .write(ID, "expand.up.sql", "ALTER TABLE word ADD COLUMN IF NOT EXISTS note text;")
              .write(ID, "expand.down.sql", "ALTER TABLE word DROP COLUMN IF EXISTS note;")
              .write(
                  ID,
                  "migration.yaml",
                  """
                  description: Notes
                  table: word
                  where: note = 'kept'
                  set: {note: "'new'"}
                  """);
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isEqualTo(3);
        assertThat(process.err())
            .contains(
                "expand.down.sql names column 'note', which was there before expand.up.sql: a"
                    + " rollback would destroy what it held. Take it out of expand.down.sql.");
      }
      assertThat(database.count("word WHERE note = 'kept'")).isEqualTo(10);
    }
  }

  private static int exitCode(Migrations migrations, String command, String... options) {
    try (SluiceProcess process = migrations.command(command, ID).with(options).start()) {
      return process.waitFor();
    }
  }
}
