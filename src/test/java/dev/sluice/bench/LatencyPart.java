package dev.sluice.bench;

import dev.sluice.bench.Contender.Outcome;
import dev.sluice.bench.Rounds.Turn;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs an application at a fixed rate, first alone and then beside each contender. */
final class LatencyPart {

  private final BenchServer server;
  private final Load load;
  private final int rounds;
  private final Consumer<String> progress;

  /**
   * The application.
   *
   * @param pgbench where it is installed
   * @param perSecond transactions
   * @param warmUp before anything counts
   * @param alone how long it is measured without a contender
   */
  record Load(Path pgbench, int perSecond, Duration warmUp, Duration alone) {

    private static final Duration WARM_UP = Duration.ofSeconds(5);

    /** Longer than most contenders take. */
    private static final Duration ALONE = Duration.ofSeconds(30);

    static Load of(Path pgbench, int perSecond) {
      return new Load(pgbench, perSecond, WARM_UP, ALONE);
    }
  }

  /**
   * One measurement.
   *
   * @param contender {@link LatencyResult#ALONE} if there was none
   * @param latencies from the contender's start to its end
   * @param workP99Millis while it changed rows, without its start-up and verify; null if there was
   *     none, or no transaction meanwhile
   * @param outcome null if there was none
   */
  record Measurement(
      String contender,
      int round,
      Latencies latencies,
      @Nullable Double workP99Millis,
      @Nullable Outcome outcome) {
    Outcome requiredOutcome() {
      return Objects.requireNonNull(outcome, contender);
    }
  }

  LatencyPart(BenchServer server, Load load, int rounds, Consumer<String> progress) {
    this.server = server;
    this.load = load;
    this.rounds = rounds;
    this.progress = progress;
  }

  /**
   * @throws IllegalStateException if a contender fails, or rows are missing or wrong after it
   */
  LatencyResult run(int rows, List<Contender> contenders) throws Exception {
    server.fill(rows);
    List<Measurement> all = new ArrayList<>();
    for (Turn<Contender> turn : Rounds.of(rounds, contenders)) {
      if (all.size() % (contenders.size() + 1) == 0) {
        all.add(alone(turn.round(), rows));
        say(all);
      }
      all.add(beside(turn.of(), turn.round(), rows));
      say(all);
    }
    return LatencyResult.of(rows, rounds, load.perSecond(), contenders, all);
  }

  private Measurement alone(int round, int rows) throws Exception {
    try (ApplicationLoad application = start(server.freshCopy(), rows)) {
      long from = micros();
      application.run(load.alone());
      Latencies latencies = Latencies.of(application.transactions(from, micros()));
      return new Measurement(LatencyResult.ALONE, round, latencies, null, null);
    }
  }

  /** Counts from the start of a contender's process to its end, start-up and verify included. */
  private Measurement beside(Contender contender, int round, int rows) throws Exception {
    BenchDatabase copy = server.freshCopy();
    if (contender.rowsToDo(rows) < rows) {
      copy.execute(BenchTable.splitBehind(contender.rowsToDo(rows)));
      copy.execute("VACUUM ANALYZE users");
      copy.execute("CHECKPOINT");
    }
    Measurement measurement;
    try (ApplicationLoad application = start(copy, rows)) {
      long from = micros();
      Outcome outcome = contender.runNamed(copy);
      TransactionLog log = application.transactions(from, micros());
      Double workP99Millis = Latencies.p99Millis(duringWork(log, from, outcome));
      measurement =
          new Measurement(contender.name(), round, Latencies.of(log), workP99Millis, outcome);
    }
    server.requireNamesSplit(contender.name(), copy);
    return measurement;
  }

  private static TransactionLog duringWork(TransactionLog log, long fromMicros, Outcome outcome) {
    long begin = fromMicros + TimeUnit.NANOSECONDS.toMicros(outcome.startUp().toNanos());
    return log.between(begin, begin + TimeUnit.NANOSECONDS.toMicros(outcome.work().toNanos()));
  }

  private ApplicationLoad start(BenchDatabase copy, int rows) throws Exception {
    ApplicationLoad application =
        ApplicationLoad.start(load.pgbench(), copy, rows, load.perSecond());
    try {
      application.run(load.warmUp());
      return application;
    } catch (Exception e) {
      application.close();
      throw e;
    }
  }

  /** By the clock that pgbench's log goes by: it runs on this machine. */
  private static long micros() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }

  private void say(List<Measurement> all) {
    Measurement last = all.get(all.size() - 1);
    progress.accept(
        String.format(
            Locale.ROOT,
            "latency, round %d: %s p99 %.2f ms, errors: %d",
            last.round(),
            last.contender(),
            last.latencies().p99Millis(),
            last.latencies().errors()));
  }
}
