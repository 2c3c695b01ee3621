package dev.sluice.bench;

import dev.sluice.bench.Contender.Outcome;
import dev.sluice.bench.Rounds.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Runs the contenders on tables of several sizes, the smallest first. */
final class GrowthPart {

  private final BenchServer server;
  private final int rounds;
  private final Consumer<String> progress;

  GrowthPart(BenchServer server, int rounds, Consumer<String> progress) {
    this.server = server;
    this.rounds = rounds;
    this.progress = progress;
  }

  /** One measurement. */
  record Measurement(String contender, int rows, int round, Outcome outcome) {
    double rowsPerSecond() {
      return rows / outcome.seconds();
    }
  }

  /**
   * @param sizes in rows
   * @param heapMax of Sluice's processes, as {@code -Xmx} takes it
   * @throws IllegalStateException if a contender fails or its result is not the expected one
   */
  GrowthResult run(List<Integer> sizes, String heapMax, List<Contender> contenders)
      throws Exception {
    List<Integer> ascending = sizes.stream().distinct().sorted().toList();
    List<Measurement> all = new ArrayList<>();
    for (int rows : ascending) {
      progress.accept(String.format(Locale.ROOT, "growth: making %,d rows ...", rows));
      server.fill(rows);
      for (Turn<Contender> turn : Rounds.of(rounds, contenders)) {
        all.add(measure(turn.of(), rows, turn.round()));
        say(all.get(all.size() - 1));
      }
    }
    List<String> names = contenders.stream().map(Contender::name).toList();
    return GrowthResult.of(ascending, rounds, heapMax, names, all);
  }

  private Measurement measure(Contender contender, int rows, int round) throws Exception {
    BenchDatabase copy = server.freshCopy();
    Outcome outcome = contender.runNamed(copy);
    server.requireExpected(contender.name(), copy);
    return new Measurement(contender.name(), rows, round, outcome);
  }

  private void say(Measurement measurement) {
    progress.accept(
        String.format(
            Locale.ROOT,
            "growth, round %d: %s, %,d rows %.2f s",
            measurement.round(),
            measurement.contender(),
            measurement.rows(),
            measurement.outcome().seconds()));
  }
}
