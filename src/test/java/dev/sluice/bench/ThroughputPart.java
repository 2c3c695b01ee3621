package dev.sluice.bench;

import dev.sluice.bench.Contender.Outcome;
import dev.sluice.bench.Rounds.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Runs the contenders one after another, each on a fresh copy of the table, and nothing else. */
final class ThroughputPart {

  private final BenchServer server;
  private final int rounds;
  private final Consumer<String> progress;

  /**
   * @param progress gets a line a measurement
   */
  ThroughputPart(BenchServer server, int rounds, Consumer<String> progress) {
    this.server = server;
    this.rounds = rounds;
    this.progress = progress;
  }

  /**
   * One measurement.
   *
   * @param round from 1
   */
  record Measurement(String contender, int round, Outcome outcome) {
    double seconds() {
      return outcome.seconds();
    }
  }

  /**
   * @throws IllegalStateException if a contender fails or its result is not the expected one
   */
  ThroughputResult run(int rows, List<Contender> contenders) throws Exception {
    server.fill(rows);
    List<Measurement> all = new ArrayList<>();
    for (Turn<Contender> turn : Rounds.of(rounds, contenders)) {
      Contender contender = turn.of();
      Measurement measurement = new Measurement(contender.name(), turn.round(), measure(contender));
      all.add(measurement);
      progress.accept(
          String.format(
              Locale.ROOT,
              "throughput, round %d: %s %.2f s",
              turn.round(),
              contender.name(),
              measurement.seconds()));
    }
    List<String> names = contenders.stream().map(Contender::name).toList();
    return new ThroughputResult(rows, rounds, ThroughputSummary.of(names, all, rows), all);
  }

  private Outcome measure(Contender contender) throws Exception {
    BenchDatabase copy = server.freshCopy();
    Outcome outcome = contender.runNamed(copy);
    server.requireExpected(contender.name(), copy);
    return outcome;
  }
}
