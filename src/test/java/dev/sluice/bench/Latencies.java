package dev.sluice.bench;

import dev.sluice.bench.TransactionLog.Transaction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long the application's transactions took while something else ran.
 *
 * @param transactions that were scheduled meanwhile, failed ones included
 * @param errors those that failed, and the clients that gave up for a failed one
 */
record Latencies(
    long transactions,
    double p50Millis,
    double p95Millis,
    double p99Millis,
    double maxMillis,
    long errors) {

  private static final double MICROS_PER_MILLI = 1_000;

  /**
   * @throws IllegalStateException if there was no transaction
   */
  static Latencies of(TransactionLog log) {
    long[] sorted =
        log.transactions().stream()
            .filter(t -> !t.failed())
            .mapToLong(Transaction::tookMicros)
            .sorted()
            .toArray();
    if (sorted.length == 0) {
      throw new IllegalStateException(
          "no transaction of the application ended well meanwhile. Raise --rate or --rows.%s"
              .formatted(String.join("\n", log.errors().values())));
    }
    int failed = log.transactions().size() - sorted.length;
    return new Latencies(
        log.transactions().size(),
        percentile(sorted, 50),
        percentile(sorted, 95),
        percentile(sorted, 99),
        percentile(sorted, 100),
        failed + log.errors().size());
  }

  /** Null: there was no transaction. */
  static @Nullable Double p99Millis(TransactionLog log) {
    return log.hasEnded() ? (Double) of(log).p99Millis() : null;
  }

  /** The least value that so many percent do not exceed, in milliseconds: one that was measured. */
  private static double percentile(long[] sorted, int percent) {
    int rank = (int) Math.ceil(sorted.length * percent / 100.0);
    return sorted[Math.max(rank, 1) - 1] / MICROS_PER_MILLI;
  }

  /** Medians of several rounds; the greatest maximum, and all transactions and errors. */
  static Latencies of(List<Latencies> rounds) {
    return new Latencies(
        rounds.stream().mapToLong(Latencies::transactions).sum(),
        Median.of(rounds, Latencies::p50Millis),
        Median.of(rounds, Latencies::p95Millis),
        Median.of(rounds, Latencies::p99Millis),
        rounds.stream().mapToDouble(Latencies::maxMillis).max().orElseThrow(),
        rounds.stream().mapToLong(Latencies::errors).sum());
  }
}
