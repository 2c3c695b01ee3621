package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SeparateServer;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each fault once in the middle of a backfill, with the default {@code retry}: what happens, how
 * long until it goes on, and whether a row is lost or done twice. Prints the table at its end.
 */
class FaultTableIT {

  private static final int ROWS = 4_000;
  private static final Duration GOES_ON_MAX = Duration.ofMinutes(3);
  private static final boolean ALL = Boolean.getBoolean("sluice.torture");

  /** A millisecond a row, so that a fault meets the middle of a chunk. */
  private static final String BRAKE =
      """
      CREATE FUNCTION brake() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_sleep(0.001);
        RETURN NEW;
      END $$;
      CREATE TRIGGER brake BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION brake();
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
        "FaultTableIT:\n| fault | injected by | what happened | went on after | rows lost or"
            + " doubled |\n|---|---|---|--:|--:|");
    lines.forEach(System.out::println);
  }

  static Stream<Fault> faults() {
    return Faults.all().stream().filter(fault -> ALL || fault.quick());
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
        Outcome outcome = afterwards(run, fault);
        assertThat(run.process().waitFor()).as("%s", run.process()).isZero();
        tell(fault, outcome.orIfItWentOn(run.process().err()), wrongRows(database));

        assertThat(outcome.exitCode()).as("%s", outcome).isEqualTo(fault.exitCode());
        assertThat(outcome.err() + run.process().err()).contains(fault.says());
        assertThat(run.watch().state()).isEqualTo("completed");
        assertThat(run.watch().rowsWritten()).as("rows counted by the steps").isEqualTo(ROWS);
      }
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  /**
   * @param exitCode 0: the process that met the fault went on
   * @param err of a process that ended
   */
  private record Outcome(int exitCode, String err, String what, Duration wentOn) {

    Outcome orIfItWentOn(String errOfTheWhole) {
      return exitCode == 0 ? new Outcome(0, errOfTheWhole, byItself(errOfTheWhole), wentOn) : this;
    }
  }

  /** From the end of the cause, or of the process, to the next chunk that is committed. */
  private static Outcome afterwards(FaultRun run, Fault fault) {
    if (fault.exitCode() != 0) {
      run.process().waitFor();
    }
    long restored = System.nanoTime();
    long before = run.watch().rowsWritten();
    assertThat(before).as("rows before the fault, %s", run.process()).isLessThan(ROWS);
    int exitCode = 0;
    String err = "";
    if (!wentOn(run, before)) {
      exitCode = run.process().waitFor();
      err = run.process().err();
      run.runAgain();
      assertThat(wentOn(run, before)).as("the next run goes on, %s", run.process()).isTrue();
    }
    return new Outcome(
        exitCode,
        err,
        "exit %d%s; the next run goes on".formatted(exitCode, message(err)),
        Duration.ofNanos(System.nanoTime() - restored));
  }

  private static long wrongRows(TestDatabase database) {
    return database.count("item WHERE target IS DISTINCT FROM upper(source) OR updates <> 1")
        + Math.abs(ROWS - database.count("item"));
  }

  private static void tell(Fault fault, Outcome outcome, long wrong) {
    String line =
        "| %s | %s | %s | %.1f s | %d |"
            .formatted(
                fault, fault.how(), outcome.what(), outcome.wentOn().toMillis() / 1000.0, wrong);
    lines.add(line);
    System.out.println(line);
  }

  /** Whether a chunk is committed; false: the process has ended without one. */
  private static boolean wentOn(FaultRun run, long before) {
    return Awaitility.await("a chunk after the fault")
        .atMost(GOES_ON_MAX)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              boolean lives = run.process().isAlive();
              if (run.watch().rowsWritten() > before) {
                return "yes";
              }
              return lives ? "" : "no";
            },
            answer -> !answer.isEmpty())
        .equals("yes");
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

  private static String message(String err) {
    return err.lines()
        .filter(line -> line.startsWith(FaultRun.ID + ": "))
        .findFirst()
        .map(line -> ", `" + line + "`")
        .orElse("");
  }
}
