package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Failures that come again: the run ends at once, and goes on where it was when it is repaired. */
class FailureIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 20_000;
  private static final int REFUSED = 3;
  private static final int FAILED = 5;

  @TempDir private Path jobs;

  @Test
  void aCommitThatFailsLeavesTheCheckpointBeforeItsChunk() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      database.execute(
          """
          CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            RAISE EXCEPTION 'not this row' USING ERRCODE = 'check_violation';
          END $$;
          CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON item DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.id = 10500) EXECUTE FUNCTION refuse();
          """);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(ID, CountedTable.SET + "chunk: {rows: 100}\nworkers: 2\n");
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isEqualTo(FAILED);
        assertThat(process.err())
            .contains(
                "0001_upper: the row with key 10500 of item is refused: a trigger or function of"
                    + " the database refuses the row (the message may quote it, left out)"
                    + " [23514]. Correct the row, or exclude it in where:, or set such rows aside"
                    + " with 'skip:'; then run it again to go on.");
      }
      assertThat(watch.state()).isEqualTo("failed");

      database.execute("DROP TRIGGER refuse ON item");
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isZero();
        assertThat(process.err())
            .as("nothing is left to the sweep")
            .contains("sweep.round migration=0001_upper round=1 remaining=0");
      }
      table.assertEachRowUpdatedOnce(ROWS);
      assertThat(watch.rowsWritten()).isEqualTo(ROWS);
    }
  }

  @Test
  void whatANewerProgramHasUpgradedIsLeftAlone() {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      CountedTable.create(database, ROWS);
      new SluiceSchema(database.dataSource()).upgrade(new StopSignal());
      database.execute(
          """
          UPDATE sluice.schema_version SET version = '90'
          WHERE installed_rank = (SELECT max(installed_rank) FROM sluice.schema_version)
          """);
      Migrations migrations = new Migrations(jobs, database).define(ID, CountedTable.SET);
      for (String command : List.of("run", "status")) {
        try (SluiceProcess process = migrations.command(command, ID).start()) {
          assertThat(process.waitFor()).as("%s", process).isEqualTo(REFUSED);
          assertThat(process.err())
              .contains("A newer program has upgraded it: use that one.")
              .doesNotContain("\tat ");
        }
      }
      assertThat(database.count("item WHERE target IS NOT NULL")).isZero();
    }
  }

  @Test
  void aConnectionThatDiesInCommitIsReplacedAndItsChunkRepeated() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      database.execute(
          """
          CREATE SEQUENCE commits;
          CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF nextval('commits') = 1 THEN
              PERFORM pg_terminate_backend(pg_backend_pid());
              PERFORM pg_sleep(10);
            END IF;
            RETURN NULL;
          END $$;
          CREATE CONSTRAINT TRIGGER die AFTER UPDATE ON item DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.id = 10500) EXECUTE FUNCTION die();
          """);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(ID, CountedTable.SET + "workers: 2\nretry: {attempts: 3, backoff: 100ms}\n");
      try (SluiceProcess process = migrations.start(ID)) {
        assertThat(process.waitFor()).as("%s", process).isZero();
        assertThat(process.err())
            .contains("backfill.rollback")
            .doesNotContain("run.relaunch")
            .contains("sweep.round migration=0001_upper round=1 remaining=0");
      }
      table.assertEachRowUpdatedOnce(ROWS);
      assertThat(watch.rowsWritten()).isEqualTo(ROWS);
      assertThat(database.jdbc().sql("SELECT last_value FROM commits").query(Long.class).single())
          .isEqualTo(2);
    }
  }
}
