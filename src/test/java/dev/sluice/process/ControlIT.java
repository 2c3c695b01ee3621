package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.control.CommandAnswer;
import dev.sluice.control.LiveControl;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.MigrationId;
import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** pause, resume, stop and tune, given from elsewhere to a process that runs. */
class ControlIT {

  private static final String ID = "0001_upper";
  private static final MigrationId MIGRATION = new MigrationId(ID);
  private static final int ROWS = 60_000;
  private static final String SMALL = CountedTable.SET + "chunk: {rows: 100}\nworkers: 2\n";
  private static final String ANNA = "anna, process 1 on laptop";
  private static final String SECOND = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC";
  private static final String OURS =
      "pg_stat_activity WHERE application_name = 'sluice' AND datname = current_database()";

  @TempDir private Path jobs;
  private TestDatabase database;
  private RunWatch watch;
  private CountedTable table;

  @BeforeEach
  void start() throws Exception {
    database = PostgresServer.newest().newDatabase();
    watch = new RunWatch(database, ID);
    table = CountedTable.create(database, ROWS);
  }

  @AfterEach
  void end() throws Exception {
    watch.close();
    database.close();
  }

  private Migrations define(String yaml) {
    return new Migrations(jobs, database)
        .define(ID, yaml)
        .write(ID, "Upper.java", CountedTable.UPPER_JAVA);
  }

  /** Chunks take 50 ms, until {@link #letRun}: a run is not over before an operator has typed. */
  private void slowDown() {
    database.execute(
        """
        CREATE TABLE slow AS SELECT 1;
        CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM pg_sleep(0.05) FROM slow;
          RETURN NULL;
        END $$;
        CREATE TRIGGER slow_down AFTER UPDATE ON item FOR EACH STATEMENT EXECUTE FUNCTION slow_down();
        """);
  }

  private void letRun() {
    database.execute("DELETE FROM slow");
  }

  /** Without waiting for the answer. */
  private void givePause() {
    database.execute(
        "INSERT INTO sluice.command (migration_id, command, given_by) VALUES ('"
            + ID
            + "', 'pause', 'test')");
  }

  private LiveControl operator(String by) {
    return new LiveControl(database.dataSource(), new StopSignal(), by);
  }

  private String by(String operator) {
    return database.server().user() + ", " + operator;
  }

  private List<String> history() {
    return watch
        .jdbc()
        .sql(
            """
            SELECT cause || ': ' || state_before || ' -> ' || state
            FROM sluice.history
            ORDER BY number
            """)
        .query(String.class)
        .list();
  }

  private static String answerOf(SluiceProcess process, int exitCode) {
    assertThat(process.waitFor()).as("%s", process).isEqualTo(exitCode);
    return exitCode == 0 ? process.out() : process.err();
  }

  private static void assertCompletes(SluiceProcess process) {
    assertThat(process.waitFor()).as("%s", process).isZero();
  }

  @Test
  void aPausedRunHoldsNoTransactionAndGoesOnWhenAnotherProcessResumesIt() {
    Migrations migrations = define(SMALL);
    slowDown();
    try (SluiceProcess run = migrations.start(ID)) {
      watch.awaitRowsWritten(ROWS / 20, run);
      try (SluiceProcess pause = migrations.command("pause", ID).start()) {
        assertThat(answerOf(pause, 0))
            .isEqualTo("0001_upper: paused, no chunk of it runs; 'resume 0001_upper' goes on");
      }
      long written = watch.rowsWritten();
      assertThat(written).isLessThan(ROWS);
      assertThat(watch.state()).isEqualTo("paused");
      // what a chunk held it would hold all through the pause; a look of the throttle is short
      watch.await(
          "no session idle in a transaction",
          run,
          () -> database.count(OURS + " AND (xact_start IS NOT NULL AND state <> 'active')") == 0);
      watch.await(
          "no lock on the table",
          run,
          () ->
              database.count(
                      "pg_locks WHERE relation = 'item'::regclass AND pid <> pg_backend_pid()")
                  == 0);
      try (SluiceProcess status = migrations.command("status", ID).start()) {
        assertThat(answerOf(status, 0))
            .startsWith("0001_upper  paused, step backfill, ")
            .contains(" changed, 0 rows/s, waiting: ")
            .containsPattern(
                "waiting: paused by "
                    + by("[^,]+, process \\d+ on \\S+")
                    + " since "
                    + SECOND
                    + "; 'resume 0001_upper' goes on");
      }
      assertThat(watch.rowsWritten()).as("rows stand still").isEqualTo(written);
      try (SluiceProcess resume = migrations.command("resume", ID).start()) {
        assertThat(answerOf(resume, 0)).matches("0001_upper: goes on, was paused for \\d+ s");
        watch.await("a chunk after the pause", run, () -> watch.rowsWritten() > written);
      }
      letRun();
      assertCompletes(run);
      assertThat(run.err())
          .containsOnlyOnce("run.paused migration=0001_upper paused by ")
          .containsOnlyOnce("run.resumed migration=0001_upper by ");
    }
    printHowSoonItWentOn();
    table.assertEachRowUpdatedOnce(ROWS);
    assertThat(history())
        .containsExactly(
            "start: pending -> running",
            "pause: running -> running",
            "pause: running -> paused",
            "resume: paused -> paused",
            "resume: paused -> running",
            "end: running -> completed");
    try (SluiceProcess history = migrations.command("history", ID).start()) {
      assertThat(answerOf(history, 0))
          .containsPattern(
              "pause: running -> running  checksum \\w+  by " + by("[^,]+, process \\d+ on \\S+"));
    }
  }

  /** Shown, not asserted: the machine has other work. */
  private void printHowSoonItWentOn() {
    System.out.printf(
        "ControlIT: resumed %s ms after the command was given%n",
        watch
            .jdbc()
            .sql(
                """
                SELECT round(extract(epoch FROM h.happened_at - c.given_at) * 1000)
                FROM sluice.command c
                JOIN sluice.history h ON h.cause = 'resume' AND h.state = 'running'
                WHERE c.command = 'resume'
                """)
            .query(String.class)
            .single());
  }

  @Test
  void aPauseSurvivesAKillAndTheNextLaunchWaitsUntilItIsResumed() {
    Migrations migrations = define(SMALL);
    slowDown();
    long written;
    try (SluiceProcess run = migrations.start(ID)) {
      watch.awaitRowsWritten(ROWS / 20, run);
      assertThat(operator(ANNA).pause(MIGRATION).text())
          .isEqualTo("paused, no chunk of it runs; 'resume 0001_upper' goes on");
      written = watch.rowsWritten();
      run.kill9();
      run.waitFor();
    }
    letRun();
    try (SluiceProcess status = migrations.command("status", ID).start()) {
      assertThat(answerOf(status, 0))
          .containsPattern(
              "waiting: paused by "
                  + by(ANNA)
                  + " since "
                  + SECOND
                  + "; no process runs it, and the next one waits for 'resume 0001_upper'");
    }
    try (SluiceProcess run = migrations.start(ID)) {
      watch.awaitLog("run.paused migration=0001_upper paused by " + by(ANNA) + " since ", run);
      watch.await("the ledger's paused", run, () -> watch.state().equals("paused"));
      assertThat(run.err()).contains("; 'resume 0001_upper' goes on");
      assertThat(watch.rowsWritten()).isEqualTo(written);
      assertThat(operator("ben, process 2 on desk").resume(MIGRATION).text())
          .matches("goes on, was paused for \\d+ s");
      assertCompletes(run);
    }
    table.assertEachRowUpdatedOnce(ROWS);
  }

  @Test
  void aMigrationIsPausedBeforeItsFirstLaunch() {
    Migrations migrations = define(SMALL);
    try (SluiceProcess elsewhere = migrations.command("pause", ID).start()) {
      assertThat(answerOf(elsewhere, 3))
          .matches(
              "0001_upper: database "
                  + database.name()
                  + " on \\S+:\\d+ has no schema sluice, nothing was ever run there. If it is the"
                  + " right database, begin with 'run 0001_upper'; else give the --url of the right one.");
      assertThat(database.count("pg_namespace WHERE nspname = 'sluice'")).isZero();
    }
    new SluiceSchema(database.dataSource()).upgrade(new StopSignal());
    migrations.write("0002_wrong", "migration.yaml", "nonsense: 1");
    try (SluiceProcess wrong = migrations.command("pause", "0002_wrong").start()) {
      assertThat(wrong.waitFor()).as("%s", wrong).isEqualTo(2);
    }
    try (SluiceProcess unknown = migrations.command("pause", "0009_other").start()) {
      assertThat(answerOf(unknown, 3))
          .endsWith(
              "0009_other: was never run on this database. 'status' lists the migrations that were.");
    }
    try (SluiceProcess pause = migrations.command("pause", ID).start()) {
      assertThat(answerOf(pause, 0))
          .isEqualTo(
              "0001_upper: paused. No process runs it: the next one waits until 'resume 0001_upper'");
    }
    assertThat(operator(ANNA).pause(MIGRATION).text())
        .matches("is paused by .* since " + SECOND + " already; 'resume 0001_upper' goes on");
    try (SluiceProcess run = migrations.start(ID)) {
      watch.await("the ledger's paused", run, () -> watch.state().equals("paused"));
      assertThat(database.count("sluice.baseline")).as("preflight has not begun").isZero();
      assertThat(operator(ANNA).stop(MIGRATION).text())
          .isEqualTo("stopped after its last chunk; the command that ran goes on there");
      assertThat(run.waitFor()).as("%s", run).isEqualTo(4);
      assertThat(watch.state()).isEqualTo("stopped");
    }
    assertThat(operator(ANNA).resume(MIGRATION).text())
        .isEqualTo("is no longer paused. No process runs it: 'run 0001_upper' goes on");
    assertThat(operator(ANNA).resume(MIGRATION).text()).isEqualTo("is not paused, nothing to do");
    assertCompletes(migrations.start(ID));
    table.assertEachRowUpdatedOnce(ROWS);
    assertThat(operator(ANNA).pause(MIGRATION))
        .isEqualTo(
            new CommandAnswer(
                MIGRATION, CommandAnswer.Kind.REFUSED, "is completed, there is nothing to pause."));
    assertThat(operator(ANNA).resume(MIGRATION))
        .isEqualTo(
            new CommandAnswer(
                MIGRATION,
                CommandAnswer.Kind.REFUSED,
                "is completed, there is nothing to resume."));
    assertThat(operator(ANNA).tune(MIGRATION, LiveSettings.parse(List.of("workers=1"))))
        .isEqualTo(
            new CommandAnswer(
                MIGRATION, CommandAnswer.Kind.REFUSED, "is completed, there is nothing to tune."));
    assertThat(operator(ANNA).stop(MIGRATION))
        .isEqualTo(
            new CommandAnswer(
                MIGRATION,
                CommandAnswer.Kind.DONE,
                "no process runs it, there is nothing to stop"));
  }

  @Test
  void aStopFromElsewhereEndsThatLaunchAndNoLaterOne() {
    Migrations migrations = define(SMALL);
    slowDown();
    try (SluiceProcess run = migrations.start(ID)) {
      watch.awaitRowsWritten(ROWS / 20, run);
      try (SluiceProcess stop = migrations.command("stop", ID).start()) {
        assertThat(answerOf(stop, 0))
            .isEqualTo(
                "0001_upper: stopped after its last chunk; the command that ran goes on there");
      }
      assertThat(run.waitFor()).as("%s", run).isEqualTo(4);
      assertThat(run.err())
          .contains("run.stopping migration=0001_upper asked by " + by(""))
          .contains("0001_upper: stopped after the last chunk. Run it again to go on.");
    }
    assertThat(watch.state()).isEqualTo("stopped");
    letRun();
    // as if the process had died before it read it
    database.execute(
        """
        UPDATE sluice.command SET obeyed_at = NULL, answer = NULL WHERE command = 'stop'
        """);
    assertCompletes(migrations.start(ID));
    assertThat(
            watch
                .jdbc()
                .sql("SELECT answer FROM sluice.command WHERE command = 'stop'")
                .query(String.class)
                .single())
        .isEqualTo("the launch that it was for had ended");
    table.assertEachRowUpdatedOnce(ROWS);
  }

  @Test
  void aStopCancelsWhatTakesLongerThanAChunk() throws Exception {
    Migrations migrations =
        define(SMALL)
            .write(ID, "constrain.up.sql", "ALTER TABLE item ADD CHECK (slowly(id));")
            .write(ID, "constrain.down.sql", "ALTER TABLE item DROP CONSTRAINT item_id_check;");
    database.execute(
        """
        CREATE FUNCTION slowly(bigint) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
          IF $1 = 1 AND EXISTS (SELECT FROM slow) THEN PERFORM pg_sleep(600); END IF;
          RETURN true;
        END $$;
        CREATE TABLE slow AS SELECT 1;
        """);
    try (SluiceProcess run = migrations.start(ID)) {
      watch.await(
          "the scan of a constraint",
          run,
          () -> database.count(OURS + " AND wait_event = 'PgSleep'") > 0);
      operator(ANNA).stop(MIGRATION);
      assertThat(run.waitFor()).as("%s", run).isEqualTo(4);
    }
    database.execute("DROP TABLE slow; CREATE TABLE slow (n int)");
    assertCompletes(migrations.start(ID));
  }

  @Test
  void aRunGoesByOtherTuningUntilItIsOver() {
    Migrations migrations = define(CountedTable.SET + "workers: 1\n");
    slowDown();
    try (SluiceProcess run = migrations.start(ID)) {
      watch.awaitRowsWritten(1, run);
      assertThat(operator(ANNA).pause(MIGRATION).isRefused()).isFalse();
      try (SluiceProcess tune =
          migrations.command("tune", ID).with("chunk.rows=100", "workers=3").start()) {
        assertThat(answerOf(tune, 0))
            .isEqualTo(
                "0001_upper: tuned, chunks from the next one on and workers from the next partition"
                    + " on: chunk.rows=100 workers=3");
      }
      watch.awaitLog(
          "run.estimate migration=0001_upper rows=60000 takes about 1 s at 50,000 rows/s, a guess,"
              + " nothing ran on this database yet\n",
          run);
      watch.awaitLog("run.tuned migration=0001_upper chunk.rows=100 workers=3 by " + by(""), run);
      run.kill9();
      run.waitFor();
    }
    letRun();
    long before = commits();
    long left = ROWS - watch.rowsWritten();
    try (SluiceProcess run =
        migrations.command(ID).with("--chunk-rows", "1000", "--workers", "1").start()) {
      watch.await(
          "its activity",
          run,
          () ->
              database.count(
                      """
                      sluice.activity JOIN sluice.migration ON id = migration_id
                      WHERE activity.epoch = 2 AND chunk_rows = 100 AND workers = 3
                        AND state = 'paused'
                      """)
                  > 0);
      try (SluiceProcess status = migrations.command("status", ID).with("--json").start()) {
        assertThat(answerOf(status, 0))
            .contains("\"chunkRows\":100,\"workers\":3,")
            .contains("\"tuned\":[\"chunk.rows=100\",\"workers=3\"]");
      }
      try (SluiceProcess status = migrations.command("status", ID).start()) {
        assertThat(answerOf(status, 0)).contains("tuned: chunk.rows=100 workers=3");
      }
      watch.awaitLog("run.tuned migration=0001_upper chunk.rows=100 workers=3 from before\n", run);
      assertThat(run.err()).as("it was said before the first row").doesNotContain("run.estimate");
      operator(ANNA).resume(MIGRATION);
      assertCompletes(run);
    }
    assertThat(commits() - before).as("chunks of 100 rows").isGreaterThanOrEqualTo(left / 100);
    assertThat(database.count("sluice.command WHERE over_at IS NULL")).isZero();
  }

  private long commits() {
    return watch
        .jdbc()
        .sql("SELECT sum(commit_count) FROM sluice.batch_step_execution")
        .query(Long.class)
        .single();
  }

  @Test
  void workersComeAndGoAtTheirPartitionsEnds() throws Exception {
    Migrations migrations =
        define(
            // partitions that last, so that some are left when the workers are to be fewer
            SMALL.replace("workers: 2", "workers: 1") + "throttle: {pause: 50ms}\n");
    try (Connection application = table.held(ROWS);
        SluiceProcess run = migrations.start(ID)) {
      watch.awaitRowsWritten(1, run);
      assertThat(runningPartitions()).isEqualTo(1);
      assertThat(operator(ANNA).tune(MIGRATION, LiveSettings.parse(List.of("workers=3"))).text())
          .startsWith("tuned, ");
      watch.await("three workers", run, () -> runningPartitions() == 3);
      operator(ANNA).tune(MIGRATION, LiveSettings.parse(List.of("workers=default")));
      watch.await("one worker", run, () -> runningPartitions() == 1);
      operator(ANNA).tune(MIGRATION, LiveSettings.parse(List.of("throttle.pause=0ms")));
      application.rollback();
      assertCompletes(run);
    }
    table.assertEachRowUpdatedOnce(ROWS);
    assertThat(didLastPartitionsBeginAlone())
        .as("one worker does the last two, of three each would do one at the same time")
        .isTrue();
  }

  private boolean didLastPartitionsBeginAlone() {
    return watch
        .jdbc()
        .sql(
            """
            SELECT count(*) = 2 AND bool_and(start_time >= earlier_end)
            FROM (
              SELECT
                start_time,
                row_number() OVER (ORDER BY start_time DESC) AS from_the_end,
                max(end_time) OVER (
                  ORDER BY start_time ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier_end
              FROM sluice.batch_step_execution
              WHERE step_name LIKE 'chunks:%') AS partition
            WHERE from_the_end <= 2
            """)
        .query(Boolean.class)
        .single();
  }

  private long runningPartitions() {
    return database.count(
        "sluice.batch_step_execution WHERE step_name LIKE 'chunks:%' AND status = 'STARTED'");
  }

  @Test
  void theSweepIsPausedToo() throws Exception {
    Migrations migrations = define(SMALL);
    try (Connection application = table.held(1);
        SluiceProcess run = migrations.start(ID)) {
      watch.awaitLog("sweep.waiting", run);
      givePause(); // answered after two seconds: the sweep waits so long for the row
      watch.await("a pause between two rounds", run, () -> watch.state().equals("paused"));
      application.rollback();
      assertThat(database.count("item WHERE target IS NULL")).isEqualTo(1);
      operator(ANNA).resume(MIGRATION);
      assertCompletes(run);
    }
    table.assertEachRowUpdatedOnce(ROWS);
  }

  /** The step before it is held until the pause has been read: verification takes a moment only. */
  @Test
  void theVerificationIsPausedToo() throws Exception {
    Migrations migrations = define(SMALL);
    database.execute("UPDATE item SET target = upper(source), updates = 1");
    operatorBeforeTheFirstLaunch(migrations);
    try (Connection holder = database.connect();
        Statement hold = holder.createStatement();
        SluiceProcess run = migrations.start(ID)) {
      watch.await("the ledger's paused", run, () -> watch.state().equals("paused"));
      database.execute(
          """
          CREATE FUNCTION sluice.be_held() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN
            WHILE NOT pg_try_advisory_xact_lock_shared(4711) LOOP
              PERFORM pg_sleep(0.02);
            END LOOP;
            RETURN NEW;
          END $$;
          CREATE TRIGGER be_held AFTER INSERT ON sluice.batch_step_execution
            FOR EACH ROW WHEN (NEW.step_name = 'constrain') EXECUTE FUNCTION sluice.be_held();
          """);
      hold.execute("SELECT pg_advisory_lock(4711)");
      operator(ANNA).resume(MIGRATION);
      watch.await(
          "the step before", run, () -> database.count(OURS + " AND wait_event = 'PgSleep'") > 0);
      givePause();
      watch.awaitLog("paused by test", run);
      hold.execute("SELECT pg_advisory_unlock(4711)");
      watch.await(
          "a pause before the end",
          run,
          () -> history().stream().filter("pause: running -> paused"::equals).count() == 2);
      assertThat(database.count("sluice.certificate")).isZero();
      operator(ANNA).resume(MIGRATION);
      assertCompletes(run);
    }
  }

  @Test
  void aPauseOutlastsLostConnections() {
    Migrations migrations = define(SMALL + "retry: {attempts: 2, backoff: 100ms}\n");
    operatorBeforeTheFirstLaunch(migrations);
    try (SluiceProcess run = migrations.start(ID)) {
      for (int launch = 1; launch <= 3; launch++) {
        int epoch = launch;
        watch.await(
            "launch %d, paused".formatted(launch),
            run,
            () ->
                database.count("sluice.activity WHERE waiting IS NOT NULL AND epoch = " + epoch)
                    > 0);
        if (launch < 3) {
          watch.terminateRunnerLock();
        }
      }
      try (SluiceProcess second = migrations.start(ID)) {
        assertThat(answerOf(second, 7))
            .containsPattern(
                "0001_upper: is being run by process \\d+ on \\S+ \\(server process .*\\), paused by"
                    + " .* since "
                    + SECOND
                    + "; 'resume 0001_upper' goes on");
      }
      operator(ANNA).resume(MIGRATION);
      assertCompletes(run);
    }
    table.assertEachRowUpdatedOnce(ROWS);
  }

  @Test
  void aCatchUpIsPausedToo() {
    Migrations migrations =
        define("")
            .write(
                ID,
                "migration.yaml",
                "description: A test\n" + SMALL + "undo: journal\nsync: capture\n");
    assertCompletes(migrations.start(ID));
    database.execute("UPDATE item SET source = 'new ' || id WHERE id <= 500");
    assertThat(operator(ANNA).pause(MIGRATION).text())
        .isEqualTo("paused. No process runs it: the next one waits until 'resume 0001_upper'");
    try (SluiceProcess run = migrations.start(ID)) {
      watch.awaitLog("run.paused migration=0001_upper", run);
      watch.await(
          "a waiting catch-up",
          run,
          () -> database.count("sluice.activity WHERE waiting IS NOT NULL") > 0);
      assertThat(watch.state()).isEqualTo("completed");
      assertThat(database.count("item WHERE target LIKE 'NEW%'")).isZero();
      assertThat(operator(ANNA).resume(MIGRATION).text()).startsWith("goes on, ");
      assertCompletes(run);
    }
    assertThat(database.count("item WHERE target LIKE 'NEW%'")).isEqualTo(500);
  }

  /** It would stay half dropped; and a pause of the next catch-up is none of its business. */
  @Test
  void aCleanupIsNotHeldBack() {
    Migrations migrations =
        define(CountedTable.SET + "cleanup: {after: 0ms}\n")
            .write(ID, "cleanup.up.sql", "ALTER TABLE item DROP COLUMN source;")
            .write(ID, "cleanup.down.sql", "ALTER TABLE item ADD COLUMN source text;");
    assertCompletes(migrations.start(ID));
    database.execute(
        """
        INSERT INTO sluice.command (migration_id, command, given_by) VALUES ('0001_upper', 'pause', 'anna')
        """);
    try (SluiceProcess cleanup = migrations.command("cleanup", ID).with("--confirm", ID).start()) {
      assertCompletes(cleanup);
      assertThat(cleanup.err())
          .containsPattern(
              "run.not-paused migration=0001_upper paused by anna since "
                  + SECOND
                  + "; a cleanup is not held back");
    }
    assertThat(watch.state()).isEqualTo("cleaned");
    assertThat(database.count("sluice.command WHERE over_at IS NULL")).isZero();
  }

  private void operatorBeforeTheFirstLaunch(Migrations migrations) {
    new SluiceSchema(database.dataSource()).upgrade(new StopSignal());
    try (SluiceProcess pause = migrations.command("pause", ID).start()) {
      answerOf(pause, 0);
    }
  }

  @Test
  void aRollbackIsPausedToo() {
    Migrations migrations =
        define("").write(ID, "migration.yaml", "description: A test\n" + SMALL + "undo: journal\n");
    assertCompletes(migrations.start(ID));
    slowDown();
    try (SluiceProcess back = migrations.command("rollback", ID).start()) {
      watch.await("restored rows", back, () -> database.count("item WHERE target IS NULL") > 0);
      assertThat(operator(ANNA).pause(MIGRATION).text()).startsWith("paused, no chunk");
      long restored = database.count("item WHERE target IS NULL");
      assertThat(restored).isLessThan(ROWS);
      assertThat(watch.state()).isEqualTo("rolling_back");
      watch.await(
          "it tells of the pause",
          back,
          () -> database.count("sluice.activity WHERE waiting LIKE 'paused by %'") == 1);
      assertThat(database.count("item WHERE target IS NULL")).isEqualTo(restored);
      operator(ANNA).resume(MIGRATION);
      letRun();
      assertCompletes(back);
    }
    assertThat(database.count("item WHERE target IS NULL")).isEqualTo(ROWS);
  }
}
