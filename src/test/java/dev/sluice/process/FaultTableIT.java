package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fault once in the middle of a backfill, with the default {@code retry}: what happens, how
 * long no chunk is committed, the fault's own time included, and whether a row is lost or done
 * twice. Prints the table at its end. {@code -Dfaults=PATTERN} tries those whose names contain it.
 */
class FaultTableIT {

  private static final int ROWS = 4_000;
  private static final boolean ALL = Boolean.getBoolean("sluice.torture");

  /** What the names of those to try contain, a pattern; empty: all. */
  private static final String NAMED = System.getProperty("faults", "");

  /**
   * A millisecond a row, so that a fault meets the middle of a chunk; and when chunks were done.
   */
  private static final String BRAKE =
      """
      CREATE FUNCTION brake() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_sleep(0.001);
        RETURN NEW;
      END $$;
      CREATE TRIGGER brake BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION brake();
      CREATE TABLE progress (at timestamptz);
      CREATE FUNCTION note_progress() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO progress VALUES (clock_timestamp());
        RETURN NULL;
      END $$;
      CREATE TRIGGER note_progress AFTER UPDATE ON item
        FOR EACH STATEMENT EXECUTE FUNCTION note_progress();
      """;

  private static final List<String> lines = new ArrayList<>();
  private static SeparateServer server;

  @TempDir private Path jobs;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.startSeparate(Map.of("max_connections", "40"));
  }

  @AfterAll
  static void printTable() throws Exception {
    server.close();
    SmallDisk.unmount();
    System.out.println(
        "FaultTableIT:\n| fault | injected by | what happened | stood still for | rows lost or"
            + " doubled |\n|---|---|---|--:|--:|");
    lines.forEach(System.out::println);
  }

  static Stream<Fault> faults() {
    return Faults.all().stream()
        .filter(
            fault ->
                NAMED.isEmpty()
                    ? ALL || fault.quick()
                    : Pattern.compile(NAMED).matcher(fault.toString()).find());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void losesAndDoublesNoRow(Fault fault) throws Exception {
    try (TestDatabase database = server.newDatabase()) {
      CountedTable table = CountedTable.create(database, ROWS);
      database.execute(BRAKE);
      fault.beforeRun().accept(database);
      String change = (fault.transform() ? CountedTable.TRANSFORM : CountedTable.SET);
      try (FaultRun run =
          new FaultRun(database, jobs, change + "chunk: {rows: 100}\nworkers: 1\n")) {
        run.watch().awaitRowsWritten(ROWS / 5, run.process());
        fault.injection().inject(run, server);
        int exitCode = 0;
        String err = "";
        if (fault.exitCode() != 0) {
          exitCode = run.process().waitFor();
          err = run.process().err();
          assertThat(run.watch().rowsWritten()).as("in the middle").isLessThan(ROWS);
          run.runAgain();
        }
        assertThat(run.process().waitFor()).as("%s", run.process()).isZero();
        err += "\n" + run.process().err();
        String what = exitCode == 0 ? byItself(err) : ended(exitCode, err);
        tell(fault, what, longestPause(run), wrongRows(database));

        assertThat(exitCode).as("%s", err).isEqualTo(fault.exitCode());
        assertThat(err).contains(fault.says());
        assertThat(run.watch().state()).isEqualTo("completed");
        assertThat(run.watch().rowsWritten()).as("rows counted by the steps").isEqualTo(ROWS);
      }
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  /** Between two chunks that were committed, in seconds. */
  private static double longestPause(FaultRun run) {
    return run.watch()
        .jdbc()
        .sql(
            """
            SELECT extract(epoch FROM max(pause))::float8
            FROM (SELECT at - lag(at) OVER (ORDER BY at) AS pause FROM progress) AS pauses
            """)
        .query(Double.class)
        .single();
  }

  private static long wrongRows(TestDatabase database) {
    return database.count("item WHERE target IS DISTINCT FROM upper(source) OR updates <> 1")
        + Math.abs(ROWS - database.count("item"));
  }

  private static void tell(Fault fault, String what, double pause, long wrong) {
    String line =
        "| %s | %s | %s | %.1f s | %d |".formatted(fault, fault.how(), what, pause, wrong);
    lines.add(line);
    System.out.println(line);
  }

  private static String byItself(String err) {
    long rollbacks = err.lines().filter(line -> line.contains("backfill.rollback")).count();
    long relaunches = err.lines().filter(line -> line.contains("run.relaunch")).count();
    return "by itself: %d chunk%s rolled back, %s"
        .formatted(
            rollbacks,
            rollbacks == 1 ? "" : "s",
            relaunches == 0 ? "not launched again" : "launched again " + relaunches + "×");
  }

  private static String ended(int exitCode, String err) {
    String message =
        err.lines()
            .filter(line -> line.startsWith(FaultRun.ID + ": "))
            .findFirst()
            .map(line -> ", `" + line + "`")
            .orElse("");
    return "exit %d%s; the next run goes on".formatted(exitCode, message);
  }
}
