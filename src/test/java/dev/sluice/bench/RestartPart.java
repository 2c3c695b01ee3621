package dev.sluice.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Stops a run in its middle by SIGTERM, starts it again, and takes the time from when the
 * application context is up to when another session sees the first committed chunk.
 */
final class RestartPart {

  private static final int STOPPED = 4;
  private static final Duration STEP_MAX = Duration.ofMinutes(10);

  /** What the look into the repository costs at most the other sessions; the figure's precision. */
  private static final int LOOK_MILLIS = 2;

  /** A part of the table, as one in so many rows, that is done before the run is stopped. */
  private static final int DONE_BEFORE_ONE_IN = 4;

  private final BenchServer server;
  private final Installation installation;
  private final int rounds;
  private final Consumer<String> progress;

  RestartPart(
      BenchServer server, Installation installation, int rounds, Consumer<String> progress) {
    this.server = server;
    this.installation = installation;
    this.rounds = rounds;
    this.progress = progress;
  }

  /**
   * One measurement.
   *
   * @param rowsBefore that were done when the first process had ended
   * @param contextUp from the start of the second process to its application context
   * @param firstChunk from there to the first committed chunk
   */
  record Measurement(int round, long rowsBefore, Duration contextUp, Duration firstChunk) {}

  /**
   * @throws IllegalStateException if a process ends otherwise than expected, or the table does
   */
  RestartResult run(int rows, Variant variant) throws Exception {
    server.fill(rows);
    List<Measurement> all = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      BenchDatabase copy = server.freshCopy();
      long done = stopInTheMiddle(variant, copy, rows);
      Measurement measurement = restart(variant, copy, round, done);
      server.requireExpected(variant.name(), copy);
      all.add(measurement);
      progress.accept(
          String.format(
              Locale.ROOT,
              "restart, round %d: %s first chunk after %d ms",
              round,
              variant.name(),
              measurement.firstChunk().toMillis()));
    }
    return new RestartResult(variant.name(), rows, rounds, all);
  }

  private long stopInTheMiddle(Variant variant, BenchDatabase copy, int rows) throws Exception {
    try (SluiceProcess process = SluiceProcess.start(installation, variant, copy);
        BatchTables tables = new BatchTables(copy)) {
      await(process, () -> tables.rowsWritten() >= rows / DONE_BEFORE_ONE_IN);
      process.terminate();
      int code = process.waitFor();
      if (code == 0) {
        throw new IllegalStateException(
            "%s was over before it could be stopped. Raise --rows.".formatted(variant.name()));
      }
      requireCode(STOPPED, code, process);
      return tables.rowsWritten();
    }
  }

  private Measurement restart(Variant variant, BenchDatabase copy, int round, long done)
      throws Exception {
    try (BatchTables tables = new BatchTables(copy)) {
      long last = tables.lastExecution();
      long launched = System.nanoTime();
      try (SluiceProcess process = SluiceProcess.start(installation, variant, copy)) {
        long ready = process.contextReadyNanos(STEP_MAX);
        await(process, () -> tables.hasChunkAfter(last));
        long committed = System.nanoTime();
        requireCode(0, process.waitFor(), process);
        requireChunk(tables.hasChunkAfter(last), process);
        return new Measurement(
            round, done, Duration.ofNanos(ready - launched), Duration.ofNanos(committed - ready));
      }
    }
  }

  /** Returns as well when the process has ended: its exit code then tells. */
  private static void await(SluiceProcess process, BooleanSupplier condition) throws Exception {
    long end = System.nanoTime() + STEP_MAX.toNanos();
    while (process.isAlive() && !condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no chunk was committed%n%s".formatted(process.output()));
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static void requireChunk(boolean committed, SluiceProcess process) {
    if (!committed) {
      throw new IllegalStateException(
          "nothing was left to do after the restart. Raise --rows.%n%s"
              .formatted(process.output()));
    }
  }

  private static void requireCode(int wanted, int code, SluiceProcess process) {
    if (code != wanted) {
      throw new IllegalStateException(
          "exit code %d, wanted %d%n%s".formatted(code, wanted, process.output()));
    }
  }
}
