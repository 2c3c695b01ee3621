package dev.sluice.bench;

import dev.sluice.bench.Benchmark.Measurement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * What one contender's rounds say.
 *
 * @param ratio how many times as fast as the whole-table UPDATE: the median of the rounds, each
 *     against the UPDATE of the same round; null if that did not run
 * @param startUpSeconds median; 0 for what has none
 * @param verifySeconds median; 0 for what has none
 */
record Summary(
    String contender,
    double seconds,
    double secondsMin,
    double secondsMax,
    double rowsPerSecond,
    @Nullable Double ratio,
    double startUpSeconds,
    double verifySeconds) {

  /** In the order in which the contenders are given. */
  static List<Summary> of(List<String> contenders, List<Measurement> all, int rows) {
    return contenders.stream().map(contender -> of(contender, all, rows)).toList();
  }

  private static Summary of(String contender, List<Measurement> all, int rows) {
    List<Measurement> own = all.stream().filter(m -> m.contender().equals(contender)).toList();
    double seconds = median(own.stream().mapToDouble(Measurement::seconds));
    return new Summary(
        contender,
        seconds,
        own.stream().mapToDouble(Measurement::seconds).min().orElseThrow(),
        own.stream().mapToDouble(Measurement::seconds).max().orElseThrow(),
        rows / seconds,
        ratio(own, all),
        medianOf(own, Contender.Timing::startUp),
        medianOf(own, Contender.Timing::verify));
  }

  private static @Nullable Double ratio(List<Measurement> own, List<Measurement> all) {
    double[] ratios =
        own.stream()
            .flatMap(m -> update(m.round(), all).map(u -> u.seconds() / m.seconds()).stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    return ratios.length == 0 ? null : (Double) median(DoubleStream.of(ratios));
  }

  private static Optional<Measurement> update(int round, List<Measurement> all) {
    return all.stream()
        .filter(m -> m.round() == round && m.contender().equals(WholeTableUpdate.NAME))
        .findFirst();
  }

  private static double medianOf(List<Measurement> own, Function<Contender.Timing, Duration> part) {
    return median(own.stream().mapToDouble(m -> part.apply(m.timing()).toNanos() / 1e9));
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
