package dev.sluice.bench;

import java.time.Duration;
import java.util.List;

/**
 * How long a benchmark will take, from what a million rows took each contender on two quiet cores,
 * and how much it needs of the disk. Rough: it tells a coffee from an evening.
 */
final class Estimate {

  private static final double MILLION = 1e6;

  /** Filling the template, its indexes, and the checksum. */
  private static final double FILL = 8;

  /** Copying the template, and comparing the result. */
  private static final double COPY_AND_COMPARE = 4;

  private static final double UPDATE = 6;
  private static final double LOOP = 10;
  private static final double BATCH = 20;

  /** One worker, and more than one: two cores are all there are. */
  private static final double SET_ALONE = 7.3;

  private static final double SET = 4.3;
  private static final double JAVA_ALONE = 9.5;
  private static final double JAVA = 5.3;
  private static final double JOURNAL_TIMES = 1.5;

  /** What a small chunk adds: so much for each time that it is smaller than the largest. */
  private static final double SMALL_CHUNK_TIMES = 0.1;

  /** The rows that are done before, and its own minute. */
  private static final double THROTTLED = 10;

  private static final double THROTTLED_SECONDS = 60;
  private static final double VERIFY = 0.6;
  private static final double START_UP_SECONDS = 3.5;
  private static final double ALONE_SECONDS = 35;
  private static final double WARM_UP_SECONDS = 6;

  /** How much slower a contender is beside the application. */
  private static final double BESIDE_TIMES = 1.3;

  private static final double TABLE_BYTES_PER_ROW = 750;
  private static final double LOG_BYTES_PER_ROW = 3_000;
  private static final double LOG_BYTES_MAX = 8L << 30;

  private Estimate() {}

  static Duration of(Plan plan) {
    double seconds = 0;
    for (Part part : plan.parts()) {
      seconds +=
          switch (part) {
            case THROUGHPUT ->
                fill(plan.rows()) + plan.rounds() * all(plan.contenders(), plan.rows());
            case RESTART -> plan.rounds() * (all(List.of("set-2"), plan.rows()) + START_UP_SECONDS);
            case LATENCY -> fill(plan.latencyRows()) + plan.rounds() * latencySeconds(plan);
            case GROWTH -> growthSeconds(plan);
          };
    }
    return Duration.ofSeconds(Math.round(seconds));
  }

  private static double latencySeconds(Plan plan) {
    return ALONE_SECONDS
        + plan.latencyContenders().size() * WARM_UP_SECONDS
        + BESIDE_TIMES * all(plan.latencyContenders(), plan.latencyRows());
  }

  private static double growthSeconds(Plan plan) {
    return plan.growth().stream()
        .mapToDouble(rows -> fill(rows) + plan.rounds() * all(plan.growthContenders(), rows))
        .sum();
  }

  private static double fill(int rows) {
    return FILL * rows / MILLION;
  }

  private static double all(List<String> contenders, int rows) {
    return contenders.stream().mapToDouble(name -> seconds(name, rows)).sum();
  }

  private static double seconds(String contender, int rows) {
    double aMillion =
        Variant.named(contender).map(v -> ours(v) + VERIFY).orElseGet(() -> other(contender));
    boolean ours = Variant.named(contender).isPresent();
    double throttled =
        Variant.named(contender).filter(Variant::throttled).isPresent() ? THROTTLED_SECONDS : 0;
    return (aMillion + COPY_AND_COMPARE) * rows / MILLION
        + (ours ? START_UP_SECONDS : 0)
        + throttled;
  }

  private static double other(String contender) {
    return switch (contender) {
      case WholeTableUpdate.NAME -> UPDATE;
      case StockBatchJob.NAME -> BATCH;
      default -> LOOP;
    };
  }

  private static double ours(Variant variant) {
    if (variant.throttled()) {
      return THROTTLED;
    }
    boolean alone = variant.workers() == 1;
    double plain =
        switch (variant.kind()) {
          case SET -> alone ? SET_ALONE : SET;
          case JAVA -> alone ? JAVA_ALONE : JAVA;
        };
    double chunk = 1 + SMALL_CHUNK_TIMES * ((double) Variant.CHUNK_ROWS / variant.chunkRows() - 1);
    return plain * chunk * (variant.journal() ? JOURNAL_TIMES : 1);
  }

  /** Template, copy and what the copy grows by; and the server's log. */
  static long diskBytes(Plan plan) {
    double rows = plan.rowsMax();
    return Math.round(
        rows * TABLE_BYTES_PER_ROW + Math.min(LOG_BYTES_MAX, rows * LOG_BYTES_PER_ROW));
  }
}
