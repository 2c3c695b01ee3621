package dev.sluice.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.testing.Pgbench;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Old code that writes the old column, new code that writes the new one, and code that writes both,
 * all on the same rows, during a run with {@code sync: trigger} and after it.
 */
class SyncPgbenchIT {
  private static final int ROWS = Boolean.getBoolean("sluice.torture") ? 500_000 : 30_000;
  private static final int WRITES_AFTER = 2_000;
  private static final Duration WRITES_MAX = Duration.ofMinutes(1);

  @TempDir private Path directory;

  @Test
  void oldAndNewCodeBothFindWhatTheOtherOneWrote() throws Exception {
    Optional<Path> installed = Pgbench.binary();
    assumeThat(installed).as("pgbench on the PATH or in pg_config --bindir").isPresent();
    Path binary = installed.orElseThrow();
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      createTables(database);
      define();
      try (Pgbench oldCode = start(binary, database, "old", List.of(writing("source", "old")));
          SluiceProcess run = startUntilSynced(database);
          Pgbench newCode =
              start(binary, database, "new", List.of(writing("target", "NEW"), writingBoth()))) {
        assertThat(run.waitFor()).as("%s", run).isZero();
        long during = database.count("written");
        assertNoneLeft(database);
        awaitWrites(database, during + WRITES_AFTER);
        assertThat(oldCode.isWell()).as("%s", oldCode.output()).isTrue();
        assertThat(newCode.isWell()).as("%s", newCode.output()).isTrue();
        System.out.printf(
            "SyncPgbenchIT: %,d rows, %,d transactions of pgbench until the end of the run%n",
            ROWS, during);
      }
      awaitNoSessions(database);
      assertEachRowIsAsItsLastWriterWants(database);
    }
  }

  private static void createTables(TestDatabase database) {
    database.execute(
        """
        CREATE TABLE item (id bigint PRIMARY KEY, source text, target text);
        INSERT INTO item SELECT n, 'item ' || n FROM generate_series(1, %d) AS n;
        -- numbered while the row is locked: the greatest number of a row is its last writer's
        CREATE TABLE written (seq bigserial, id bigint, side text, value text);
        """
            .formatted(ROWS));
    database.execute("ANALYZE item");
  }

  private void define() throws IOException {
    Path folder = Files.createDirectories(directory.resolve(Form.ID));
    Files.writeString(
        folder.resolve("migration.yaml"),
        """
        description: Old code and new code at once
        table: item
        where: target IS NULL
        set: {target: upper(source)}
        sync: {mode: trigger, reverse: {source: lower(target)}}
        chunk: {rows: 100}
        workers: 2
        verify: {differences: report}
        undo: none
        irreversible: the test drops its database
        """);
  }

  /** New code comes when the trigger is there: until then nothing brings its values over. */
  private SluiceProcess startUntilSynced(TestDatabase database) {
    SluiceProcess run = SluiceProcess.command("run", Form.ID, directory, database).start();
    Awaitility.await("the sync trigger")
        .atMost(WRITES_MAX)
        .until(() -> database.count("pg_trigger WHERE tgrelid = 'item'::regclass") > 0);
    return run;
  }

  private Pgbench start(Path binary, TestDatabase database, String name, List<String> scripts)
      throws IOException {
    Path own = Files.createDirectories(directory.resolve(name));
    return Pgbench.start(
        binary,
        Pgbench.Target.of(database),
        own,
        List.of("--client", "4", "--rate", "200", "--time", "3600"),
        scripts.stream().map(Pgbench.Script::new).toList());
  }

  /** A row that exists, one column of it. */
  private static String writing(String column, String side) {
    return """
        \\set id random(1, %d)
        \\set n random(1, 1000000)
        BEGIN;
        UPDATE item SET %s = '%s ' || :n WHERE id = :id;
        INSERT INTO written (id, side, value) VALUES (:id, '%3$s', '%3$s ' || :n);
        COMMIT;
        """
        .formatted(ROWS, column, side);
  }

  private static String writingBoth() {
    return """
        \\set id random(1, %d)
        \\set n random(1, 1000000)
        BEGIN;
        UPDATE item SET source = 'one ' || :n, target = 'other ' || :n WHERE id = :id;
        INSERT INTO written (id, side, value) VALUES (:id, 'both', :n);
        COMMIT;
        """
        .formatted(ROWS);
  }

  private static void awaitWrites(TestDatabase database, long writes) {
    Awaitility.await(writes + " writes of pgbench")
        .atMost(WRITES_MAX)
        .until(() -> database.count("written") >= writes);
  }

  private static void awaitNoSessions(TestDatabase database) {
    Awaitility.await("the end of pgbench's sessions")
        .atMost(WRITES_MAX)
        .until(
            () ->
                database.count(
                        "pg_stat_activity WHERE application_name = 'pgbench'"
                            + " AND datname = current_database()")
                    == 0);
  }

  private static void assertNoneLeft(TestDatabase database) {
    assertThat(database.count("item WHERE target IS NULL")).isZero();
  }

  private static void assertEachRowIsAsItsLastWriterWants(TestDatabase database) {
    assertNoneLeft(database);
    database.execute(
        """
        CREATE TABLE last_write AS
        SELECT item.*, w.side, w.value
        FROM item
        LEFT JOIN (SELECT DISTINCT ON (id) * FROM written ORDER BY id, seq DESC) AS w USING (id)
        """);
    for (String side : List.of("old", "NEW", "both")) {
      long rows = database.count("last_write WHERE side = '" + side + "'");
      System.out.printf("SyncPgbenchIT: %,d rows last written by '%s'%n", rows, side);
      assertThat(rows).isPositive();
    }
    assertThat(
            database.count(
                "last_write WHERE side IS NULL"
                    + " AND (source <> 'item ' || id OR target <> upper(source))"))
        .as("rows that nobody wrote")
        .isZero();
    assertThat(
            database.count(
                "last_write WHERE side = 'old' AND (source <> value OR target <> upper(value))"))
        .as("rows that old code wrote last")
        .isZero();
    assertThat(
            database.count(
                "last_write WHERE side = 'NEW' AND (target <> value OR source <> lower(value))"))
        .as("rows that new code wrote last")
        .isZero();
    assertThat(
            database.count(
                "last_write WHERE side = 'both'"
                    + " AND (source <> 'one ' || value OR target <> 'other ' || value)"))
        .as("rows whose both columns were written last")
        .isZero();
  }
}
