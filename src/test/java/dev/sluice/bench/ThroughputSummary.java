package dev.sluice.bench;

import dev.sluice.bench.Contender.Outcome;
import dev.sluice.bench.ThroughputPart.Measurement;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What one contender's rounds say: medians.
 *
 * @param timesUpdate how many times as fast as the whole-table UPDATE: each round against the
 *     UPDATE of the same round, then the median; null if that did not run
 * @param timesBatch the same against the ordinary Spring Batch job
 * @param startUpSeconds 0 for what has none
 * @param verifySeconds 0 for what has none
 * @param memory the most of all rounds; null for what has no process of its own
 */
record ThroughputSummary(
    String contender,
    double seconds,
    double secondsMin,
    double secondsMax,
    double rowsPerSecond,
    @Nullable Double timesUpdate,
    @Nullable Double timesBatch,
    double startUpSeconds,
    double verifySeconds,
    @Nullable Memory memory) {

  /** In the order in which the contenders are given. */
  static List<ThroughputSummary> of(List<String> contenders, List<Measurement> all, int rows) {
    return contenders.stream().map(contender -> of(contender, all, rows)).toList();
  }

  private static ThroughputSummary of(String contender, List<Measurement> all, int rows) {
    List<Measurement> own = all.stream().filter(m -> m.contender().equals(contender)).toList();
    double seconds = Median.of(own, Measurement::seconds);
    return new ThroughputSummary(
        contender,
        seconds,
        own.stream().mapToDouble(Measurement::seconds).min().orElseThrow(),
        own.stream().mapToDouble(Measurement::seconds).max().orElseThrow(),
        rows / seconds,
        times(WholeTableUpdate.NAME, own, all),
        times(StockBatchJob.NAME, own, all),
        Median.of(own, m -> Outcome.seconds(m.outcome().startUp())),
        Median.of(own, m -> Outcome.seconds(m.outcome().verify())),
        own.stream().map(m -> m.outcome().memory()).reduce(null, Memory::max));
  }

  private static @Nullable Double times(
      String other, List<Measurement> own, List<Measurement> all) {
    double[] ratios =
        own.stream()
            .flatMap(m -> inRound(m.round(), other, all).stream().map(o -> o / m.seconds()))
            .mapToDouble(Double::doubleValue)
            .toArray();
    return ratios.length == 0 ? null : (Double) Median.of(DoubleStream.of(ratios));
  }

  private static List<Double> inRound(int round, String contender, List<Measurement> all) {
    return all.stream()
        .filter(m -> m.round() == round && m.contender().equals(contender))
        .map(Measurement::seconds)
        .toList();
  }
}
