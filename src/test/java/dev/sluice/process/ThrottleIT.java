package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.StandbyServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run waits for what its definition says, tells what that is, and goes on by itself. */
class ThrottleIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 12_000;
  private static final int STOPPED = 4;

  /** Slow enough that no run is over before a signal is read. */
  private static final String SLOW =
      "chunk: {rows: 100}\nworkers: 2\nthrottle: {pause: 50ms, %s}\n";

  @TempDir private Path jobs;

  @Test
  void aStandbyThatDoesNotReplayIsWaitedFor() throws Exception {
    try (SeparateServer primary =
            PostgresServer.startEmbedded(false, Map.of("wal_keep_size", "512MB"));
        StandbyServer standby = StandbyServer.of(primary, "replica1");
        TestDatabase database = primary.newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      Migrations migrations = define(database, "replica-lag: 1s");
      standby.pauseReplay();
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitLog("s > 1.0 s (standby 'replica1')", process);
        assertThat(watch.rowsWritten()).isLessThan(ROWS);
        assertThat(process.err())
            .containsPattern("replica lag [0-9.]+ s > 1\\.0 s \\(standby 'replica1'\\)");
        try (SluiceProcess status = migrations.command("status", ID).start()) {
          assertThat(status.waitFor()).as("%s", status).isZero();
          assertThat(status.out()).contains("waiting: replica lag ");
        }
        standby.resumeReplay();
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  /** It stops for a moment, and its chunks are half as large from then on. */
  @Test
  void sessionsThatWaitForAChunkHaveItGoSlower() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID);
        Application application = new Application(database)) {
      CountedTable table = CountedTable.create(database, ROWS);
      noteChunks(database);
      // far from the target time: no chunk gets smaller because it was slow
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  """
                  table: item
                  where: target IS NULL
                  set: {target: "upper(source) || left(pg_sleep(0.0005)::text, 0)"}
                  chunk: {rows: 400, target-time: 800ms}
                  workers: 2
                  """);
      // meets a chunk's rows soon, and holds none of its own for long: chunks are seldom without
      // one
      application.runs(
          "SELECT FROM item WHERE id = (SELECT 1 + floor(random() * %d)::bigint) FOR UPDATE"
              .formatted(ROWS));
      try (PlainRole role = new PlainRole(database);
          SluiceProcess process = migrations.commandAs(role.name(), ID).start()) {
        watch.awaitLog("for rows of this run", process);
        assertThat(process.err())
            .containsPattern("[0-9]+ sessions? waits? for rows of this run, [0-9.]+ m?s so far");
        watch.await("a chunk of half the rows", process, () -> database.count(HALVED) > 0);
        application.stop();
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      table.assertEachRowUpdatedOnce(ROWS);
      assertThat(application.errors()).isEmpty();
    }
  }

  /** The sweep's are of a few rows each: those that the application held. */
  private static final String HALVED = "chunk WHERE changed BETWEEN 50 AND 200";

  private static void noteChunks(TestDatabase database) {
    database.execute(
        """
        CREATE TABLE chunk (number int GENERATED ALWAYS AS IDENTITY, changed bigint);
        CREATE FUNCTION note_chunk() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          INSERT INTO chunk (changed) SELECT count(*) FROM changed;
          RETURN NULL;
        END $$;
        CREATE TRIGGER note_chunk AFTER UPDATE ON item REFERENCING NEW TABLE AS changed
          FOR EACH STATEMENT EXECUTE FUNCTION note_chunk();
        """);
  }

  @Test
  void outsideItsWindowARunWritesNothing() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      LocalTime now = LocalTime.now(ZoneOffset.UTC);
      Migrations migrations = define(database, "window: \"%s\"".formatted(window(now, 2)));
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitLog("it opens at", process);
        assertThat(process.err())
            .containsPattern(
                "outside the window [0-9:-]+ UTC, it opens at [0-9]{4}-[0-9-]+ [0-9:]+ UTC");
        watch.awaitLog(" waiting=", process);
        assertThat(process.err())
            .containsPattern(
                "run\\.progress migration=0001_upper step=\\S+ rows=0/12000 rate=0/s eta=unknown"
                    + " waiting=outside the window [0-9:-]+ UTC, it opens at ");
        process.sigterm();
        assertThat(process.waitFor()).isEqualTo(STOPPED);
      }
      assertThat(watch.rowsWritten()).isZero();

      define(database, "window: \"%s\"".formatted(window(now, -1)));
      assertCompletes(migrations);
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  @Test
  void verificationHeedsTheUsersQueryToo() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      database.execute("CREATE TABLE go ()");
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  CountedTable.SET
                      + """
                      throttle:
                        when: >-
                          SELECT NOT EXISTS (SELECT FROM go) AND EXISTS (
                          SELECT FROM sluice.batch_step_execution WHERE step_name = 'verify')
                      # long enough for the query to be asked again behind it
                      checks: {after: [{name: slow, sql: "SELECT pg_sleep(5)::text = ''"}]}
                      """);
      try (SluiceProcess process = migrations.start(ID)) {
        watch.await(
            "the verification waits",
            process,
            () ->
                database.count("pg_tables WHERE schemaname = 'sluice' AND tablename = 'activity'")
                        > 0
                    && database.count(
                            "sluice.activity WHERE waiting = 'throttle.when returned true'")
                        > 0);
        table.assertEachRowUpdatedOnce(ROWS);
        assertThat(database.count("sluice.certificate")).isZero();
        database.execute("INSERT INTO go DEFAULT VALUES");
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
    }
  }

  @Test
  void theSweepsCountHeedsTheUsersQueryToo() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      // rows that are written become so wide that they are counted in several ranges,
      // and the first one takes long enough for the query to be asked again behind it
      database.execute(
          """
          CREATE TABLE go ();
          ALTER TABLE item ADD pad char(1000) DEFAULT '';
          CREATE FUNCTION slow_in_sweep() RETURNS boolean LANGUAGE plpgsql AS $$
          BEGIN
            IF EXISTS (SELECT FROM sluice.batch_step_execution
                       WHERE step_name = 'sweep' AND status = 'STARTED') THEN
              PERFORM pg_sleep(5);
            END IF;
            RETURN false;
          END $$;
          """);
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  CountedTable.SET.replace(
                          "where: target IS NULL",
                          """
                          where: >-
                            CASE WHEN id = 1 AND target IS NOT NULL
                            THEN slow_in_sweep() ELSE target IS NULL END""")
                      + """
                      workers: 1
                      throttle:
                        when: >-
                          SELECT NOT EXISTS (SELECT FROM go) AND EXISTS (
                          SELECT FROM sluice.batch_step_execution
                          WHERE step_name = 'sweep' AND status = 'STARTED')
                      """);
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitLog("throttle.when returned true", process);
        assertThat(process.err()).doesNotContain("sweep.round");
        table.assertEachRowUpdatedOnce(ROWS);
        database.execute("INSERT INTO go DEFAULT VALUES");
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
    }
  }

  /** Two hours, the first of which begins in so many. */
  private static String window(LocalTime now, int hours) {
    return "%1$tH:%1$tM-%2$tH:%2$tM UTC".formatted(now.plusHours(hours), now.plusHours(hours + 2));
  }

  @Test
  void theUsersQueryHoldsARunAsLongAsItReturnsTrueOrAnError() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      CountedTable table = CountedTable.create(database, ROWS);
      database.execute("CREATE TABLE hold (); INSERT INTO hold DEFAULT VALUES");
      String query = "when: SELECT EXISTS (SELECT FROM hold)";
      // longer than an answer counts
      Migrations migrations = define(database, "rows-per-second: 600, " + query);
      try (PlainRole role = new PlainRole(database)) {
        database.execute("GRANT SELECT ON hold TO " + role.name());
        try (SluiceProcess process = migrations.commandAs(role.name(), ID).start()) {
          watch.awaitLog("throttle.when returned true", process);
          assertThat(watch.rowsWritten()).isZero();
          database.execute("DELETE FROM hold");
          watch.awaitRowsWritten(1, process);
          database.execute("REVOKE SELECT ON hold FROM " + role.name());
          watch.awaitLog("could not be read", process);
          assertThat(process.err())
              .containsPattern(
                  "throttle\\.when could not be read for [0-9]+ s: permission denied for table hold"
                      + " \\[42501\\]");
          watch.awaitLog("throttle.unread signal=throttle.when", process);
          database.execute("GRANT SELECT ON hold TO " + role.name());
          watch.awaitLog("throttle.read signal=throttle.when", process);
          tune(migrations, "throttle.rows-per-second=100000", "throttle.pause=0ms");
          assertThat(process.waitFor()).as("%s", process).isZero();
        }
      }
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  @Test
  void walThatASlotKeepsIsWaitedFor() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      String slot = "kept_by_" + database.name();
      database.execute("SELECT pg_create_physical_replication_slot('%s', true)".formatted(slot));
      CountedTable table = CountedTable.create(database, ROWS);
      Migrations migrations = define(database, "slot-wal: 512kB");
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitLog("replication slot '" + slot + "' keeps", process);
        database.execute("SELECT pg_drop_replication_slot('%s')".formatted(slot));
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  @Test
  void sessionsThatWorkAreWaitedFor() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID);
        Application one = new Application(database);
        Application two = new Application(database)) {
      CountedTable table = CountedTable.create(database, ROWS);
      Migrations migrations = define(database, "active-sessions: 1");
      one.runs("SELECT pg_sleep(60)");
      two.runs("SELECT pg_sleep(60)");
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitLog("2 active sessions > 1", process);
        one.stop();
        two.stop();
        assertThat(process.waitFor()).as("%s", process).isZero();
      }
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  @Test
  void soManyRowsASecondAreNotExceeded() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute("CREATE TABLE item (id bigint PRIMARY KEY, written timestamptz)");
      database.execute("INSERT INTO item SELECT n FROM generate_series(1, 6000) AS n");
      Migrations migrations = timed(database, "workers: 4\nthrottle: {rows-per-second: 1000}\n");
      assertCompletes(migrations);
      // of all workers together, from the first row written on, which takes longer than the others;
      // without a limit it takes half a second
      assertThat(secondsOfWriting(database)).isGreaterThan(4.0);
    }
  }

  @Test
  void aWorkerRestsAfterEachOfItsChunks() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute("CREATE TABLE item (id bigint PRIMARY KEY, written timestamptz)");
      database.execute("INSERT INTO item SELECT n FROM generate_series(1, 1000) AS n");
      Migrations migrations = timed(database, "workers: 1\nthrottle: {pause: 300ms}\n");
      assertCompletes(migrations);
      assertThat(secondsOfWriting(database)).isGreaterThan(9 * 0.3);
    }
  }

  @Test
  void partsOfChunksWithBadRowsAreHeldBackAsChunksAre() throws Exception {
    assertThat(secondsWithABadRowInEachChunk("rows-per-second: 250", 2000)).isGreaterThan(6.0);
    // of each chunk at least four parts pass, and one worker rests after each
    assertThat(secondsWithABadRowInEachChunk("pause: 100ms", 500)).isGreaterThan(5 * 4 * 0.1 - 0.1);
  }

  private double secondsWithABadRowInEachChunk(String throttle, int rows) {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      database.execute("CREATE TABLE item (id bigint PRIMARY KEY, written timestamptz)");
      database.execute(
          "INSERT INTO item SELECT n FROM generate_series(1, %d) AS n".formatted(rows));
      Migrations migrations =
          new Migrations(jobs, database)
              .define(
                  ID,
                  """
                  table: item
                  where: written IS NULL
                  set: {written: "clock_timestamp() + CASE WHEN id % 100 = 50 THEN 1 / (id - id) ELSE 0 END * interval '1 s'"}
                  verify: {differences: report}
                  chunk: {rows: 100}
                  skip: 100
                  workers: 1
                  """
                      + "throttle: {%s}\n".formatted(throttle));
      try (SluiceProcess process = migrations.start(ID)) {
        process.waitFor();
      }
      assertThat(database.count("item WHERE written IS NULL")).isEqualTo(rows / 100);
      return secondsOfWriting(database);
    }
  }

  @Test
  void aTunedRateHoldsAtOnce() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase();
        RunWatch watch = new RunWatch(database, ID)) {
      database.execute("CREATE TABLE item (id bigint PRIMARY KEY, written timestamptz)");
      database.execute("INSERT INTO item SELECT n FROM generate_series(1, 20000) AS n");
      Migrations migrations = timed(database, "workers: 2\nthrottle: {rows-per-second: 200}\n");
      try (SluiceProcess process = migrations.start(ID)) {
        watch.awaitRowsWritten(600, process);
        double slowly = watch.rowsWritten() / secondsOfWriting(database);
        tune(migrations, "chunk.rows=200", "throttle.rows-per-second=5000");
        assertThat(process.waitFor()).as("%s", process).isZero();
        assertThat(slowly).isLessThan(500);
        // slower is the machine's affair; faster by the chunks that each worker has begun, at most
        assertThat(rateSinceTheTune(database)).isBetween(2 * 200.0, 5_500.0);
        // 100 before
        assertThat(mostRowsOfAChunkSinceTheTune(database)).isBetween(101L, 200L);
      }
    }
  }

  private static void tune(Migrations migrations, String... settings) {
    try (SluiceProcess tune = migrations.command("tune", ID).with(settings).start()) {
      assertThat(tune.waitFor()).as("%s", tune).isZero();
    }
  }

  private static double rateSinceTheTune(TestDatabase database) {
    return database
        .jdbc()
        .sql(
            """
            SELECT count(*) / extract(epoch FROM max(written) - min(written))
            FROM item
            WHERE written > (SELECT obeyed_at FROM sluice.command WHERE command = 'tune')
            """)
        .query(Double.class)
        .single();
  }

  private static long mostRowsOfAChunkSinceTheTune(TestDatabase database) {
    return database
        .jdbc()
        .sql(
            """
            SELECT max(changed)
            FROM (
              SELECT count(*) AS changed
              FROM item
              WHERE written > (SELECT obeyed_at FROM sluice.command WHERE command = 'tune')
              GROUP BY xmin::text) AS chunk
            """)
        .query(Long.class)
        .single();
  }

  private Migrations timed(TestDatabase database, String throttle) {
    return new Migrations(jobs, database)
        .define(
            ID,
            """
            table: item
            where: written IS NULL
            set: {written: clock_timestamp()}
            verify: {differences: report}
            chunk: {rows: 100}
            """
                + throttle);
  }

  private static double secondsOfWriting(TestDatabase database) {
    return database
        .jdbc()
        .sql("SELECT extract(epoch FROM max(written) - min(written)) FROM item")
        .query(Double.class)
        .single();
  }

  private Migrations define(TestDatabase database, String throttle) {
    return new Migrations(jobs, database).define(ID, CountedTable.SET + SLOW.formatted(throttle));
  }

  private static void assertCompletes(Migrations migrations) {
    try (SluiceProcess process = migrations.start(ID)) {
      assertThat(process.waitFor()).as("%s", process).isZero();
    }
  }

  /** A role that may do what a run must, and sees nothing of other sessions. */
  private record PlainRole(TestDatabase database, String name) implements AutoCloseable {
    PlainRole(TestDatabase database) {
      this(database, "plain_" + database.name());
      database.execute(
          """
          CREATE ROLE %1$s LOGIN PASSWORD '%2$s';
          GRANT CREATE, TEMPORARY ON DATABASE %3$s TO %1$s;
          GRANT SELECT, UPDATE ON item TO %1$s
          """
              .formatted(name, database.server().password(), database.name()));
    }

    @Override
    public void close() {
      database.execute("DROP OWNED BY %1$s CASCADE; DROP ROLE %1$s".formatted(name));
    }
  }

  /** A session that executes one statement again and again. */
  private static final class Application implements AutoCloseable {
    private final TestDatabase database;
    private final Connection connection;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<String> errors = new ArrayList<>();
    private CompletableFuture<Void> work = CompletableFuture.completedFuture(null);

    Application(TestDatabase database) throws SQLException {
      this.database = database;
      this.connection = database.connect();
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET application_name = 'shop'");
      }
    }

    void runs(String sql) {
      work = CompletableFuture.runAsync(() -> run(sql));
    }

    private void run(String sql) {
      while (!stopped.get()) {
        try (Statement statement = connection.createStatement()) {
          statement.execute(sql);
        } catch (SQLException e) {
          if (!stopped.get()) {
            errors.add(String.valueOf(e.getMessage()));
          }
        }
      }
    }

    void stop() {
      stopped.set(true);
      database
          .jdbc()
          .sql(
              """
              SELECT pg_cancel_backend(pid)
              FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'shop'
              """)
          .query(Boolean.class)
          .list();
      work.join();
    }

    List<String> errors() {
      return errors;
    }

    @Override
    public void close() throws SQLException {
      stopped.set(true);
      connection.close();
    }
  }
}
