package dev.sluice.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Runs the contenders one after another, each on a fresh copy of the table. Every round begins with
 * the next of them, so that what changes on the machine meanwhile meets none of them always.
 */
final class Benchmark {

  private final BenchServer server;
  private final List<Contender> contenders;
  private final int rounds;
  private final Consumer<String> progress;

  /**
   * @param progress gets a line a measurement
   */
  Benchmark(BenchServer server, List<Contender> contenders, int rounds, Consumer<String> progress) {
    this.server = server;
    this.contenders = List.copyOf(contenders);
    this.rounds = rounds;
    this.progress = progress;
  }

  /**
   * One measurement.
   *
   * @param round from 1
   */
  record Measurement(String contender, int round, Contender.Timing timing) {
    double seconds() {
      return timing.work().toNanos() / 1e9;
    }
  }

  /**
   * All measurements, in the order in which they were taken.
   *
   * @throws IllegalStateException if a contender fails or its result is not the expected one
   */
  List<Measurement> run() throws Exception {
    List<Measurement> measurements = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      List<Contender> rotated = new ArrayList<>(contenders);
      Collections.rotate(rotated, 1 - round);
      for (Contender contender : rotated) {
        Measurement measurement = new Measurement(contender.name(), round, measure(contender));
        measurements.add(measurement);
        progress.accept(
            String.format(
                Locale.ROOT,
                "round %d: %s %.2f s",
                round,
                contender.name(),
                measurement.seconds()));
      }
    }
    return measurements;
  }

  private Contender.Timing measure(Contender contender) throws Exception {
    BenchDatabase copy = server.freshCopy();
    Contender.Timing timing = contender.run(copy);
    server.requireExpected(contender, copy);
    return timing;
  }
}
