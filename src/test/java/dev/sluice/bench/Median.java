package dev.sluice.bench;

import java.util.Collection;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** The middle of several rounds' figures, or of the two in the middle. */
final class Median {

  private Median() {}

  /**
   * @throws IllegalArgumentException if there is no value
   */
  static double of(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("a median of nothing");
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  static <T> double of(Collection<T> rounds, ToDoubleFunction<T> figure) {
    return of(rounds.stream().mapToDouble(figure));
  }

  /** Of those that are there; null: none is. */
  static @Nullable Double ofPresent(Collection<@Nullable Double> values) {
    double[] present =
        values.stream().filter(Objects::nonNull).mapToDouble(Double::doubleValue).toArray();
    return present.length == 0 ? null : (Double) of(DoubleStream.of(present));
  }
}
