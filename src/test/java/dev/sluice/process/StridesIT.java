package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What happens in the middle of a stretch of rows that is done in passes, every eighth row each.
 */
class StridesIT {

  private static final String ID = "0001_upper";

  /** 2,500 a partition: the first one's rows 101 to 1700 are one stretch. */
  private static final int ROWS = 20_000;

  /** In the fifth pass. */
  private static final int IN_THE_MIDDLE = 777;

  private static final int FAILED = 5;

  private static final String TUNING = "chunk: {rows: 100}\nworkers: 1\n";

  @TempDir private Path jobs;
  @TempDir private Path signals;
  private TestDatabase database;
  private CountedTable table;
  private Migrations migrations;

  @BeforeEach
  void create() {
    database = PostgresServer.newest().newDatabase();
    table = CountedTable.create(database, ROWS);
    migrations = new Migrations(jobs, database).write(ID, "Upper.java", waitingUpperJava());
  }

  @AfterEach
  void drop() {
    database.close();
  }

  /** Says that it has come to the row in the middle, and goes on when it is told to. */
  private String waitingUpperJava() {
    return CountedTable.UPPER_JAVA
        .replace("void transform(Row row) {", "void transform(Row row) throws Exception {")
        .replace(
            "row.set(",
            """
            if (row.getString("source").equals("item %d")) {
              java.nio.file.Path signals = java.nio.file.Path.of("%s");
              java.nio.file.Files.writeString(signals.resolve("reached"), "");
              while (!java.nio.file.Files.exists(signals.resolve("go"))) {
                Thread.sleep(5);
              }
            }
            row.set("""
                .formatted(IN_THE_MIDDLE, signals));
  }

  @Test
  void aKillLosesNothingAndRepeatsNothing() throws Exception {
    migrations.define(ID, CountedTable.TRANSFORM + TUNING);
    try (RunWatch watch = new RunWatch(database, ID);
        SluiceProcess killed = migrations.start(ID)) {
      watch.await("the row in the middle", killed, this::isReached);
      killed.kill9();
      killed.waitFor();
    }
    assertInTheMiddle();
    Files.writeString(signals.resolve("go"), "");
    runAgain();
    table.assertEachRowUpdatedOnce(ROWS);
  }

  @ParameterizedTest
  @ValueSource(strings = {CountedTable.SET, CountedTable.TRANSFORM})
  void aFailureLosesNothingAndRepeatsNothing(String change) throws Exception {
    Files.writeString(signals.resolve("go"), "");
    migrations.define(ID, change + TUNING);
    database.execute(
        "ALTER TABLE item ADD CONSTRAINT stop CHECK (id <> %d OR updates = 0)"
            .formatted(IN_THE_MIDDLE));
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isEqualTo(FAILED);
    }
    assertInTheMiddle();
    database.execute("ALTER TABLE item DROP CONSTRAINT stop");
    runAgain();
    table.assertEachRowUpdatedOnce(ROWS);
  }

  @Test
  void rowsThatTheApplicationWritesBetweenTwoPassesAreDoneAsTheyAreThen() throws Exception {
    migrations.define(ID, CountedTable.TRANSFORM + TUNING);
    try (RunWatch watch = new RunWatch(database, ID);
        SluiceProcess process = migrations.start(ID)) {
      watch.await("the row in the middle", process, this::isReached);
      assertInTheMiddle();
      database.execute(
          """
          UPDATE item SET source = 'later ' || id WHERE target IS NULL AND id BETWEEN 700 AND 900;
          UPDATE item SET source = 'again ' || id, target = NULL
          WHERE target IS NOT NULL AND id BETWEEN 700 AND 900;
          DELETE FROM item WHERE id BETWEEN 901 AND 950;
          INSERT INTO item (id, source) VALUES (910, 'new'), (-1, 'new')
          """);
      Files.writeString(signals.resolve("go"), "");
      assertThat(process.waitFor()).as("%s", process).isZero();
    }
    assertThat(database.count("item")).isEqualTo(ROWS - 48);
    assertThat(database.count("item WHERE target IS DISTINCT FROM upper(source)")).isZero();
    assertThat(database.count("item WHERE source LIKE 'again%' OR source LIKE 'later%'"))
        .isEqualTo(201);
  }

  private boolean isReached() {
    return Files.exists(signals.resolve("reached"));
  }

  /** Rows behind that one are done, and rows before it are not. */
  private void assertInTheMiddle() {
    assertThat(database.count("item WHERE updates = 1 AND id > " + IN_THE_MIDDLE)).isPositive();
    assertThat(database.count("item WHERE updates = 0 AND id < " + IN_THE_MIDDLE)).isPositive();
  }

  private void runAgain() {
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isZero();
      assertThat(process.err())
          .as("nothing is left to the sweep")
          .contains("sweep.round migration=0001_upper round=1 remaining=0");
    }
  }
}
