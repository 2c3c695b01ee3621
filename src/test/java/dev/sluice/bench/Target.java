package dev.sluice.bench;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What Sluice wants to reach, and what was measured.
 *
 * @param part that measures it
 * @param measured null: what it needs was not run
 * @param reached null likewise; false if the part failed before it was measured
 */
record Target(
    Part part, String what, String wanted, @Nullable String measured, @Nullable Boolean reached) {

  private static final double P99_TIMES_ALONE_MAX = 1.5;
  private static final double GROWTH_MIN = 0.9;
  private static final int HEAP_MIB_MAX = 128;
  private static final double FIRST_CHUNK_SECONDS_MAX = 1;

  private static final String SET = "set-2";
  private static final String JAVA = "java-2";
  private static final String JOURNAL = "set-2-journal";
  private static final String THROTTLED = "set-2-c100-throttled";
  private static final List<String> UNHINDERED = List.of(SET, JAVA, JOURNAL);

  /**
   * All of them, in the order of the parts, whatever has been measured.
   *
   * @param failed parts that ended with an error: a run that needs more heap than it may have, or
   *     whose rows are wrong, must not look like one that nobody asked for
   */
  static List<Target> of(List<Part.Result> results, Set<Part> failed) {
    return of(results).stream()
        .map(target -> failed.contains(target.part) ? target.missedIfUnmeasured() : target)
        .toList();
  }

  private Target missedIfUnmeasured() {
    return measured == null ? new Target(part, what, wanted, "failed", false) : this;
  }

  private static List<Target> of(List<Part.Result> results) {
    Optional<ThroughputResult> throughput = result(ThroughputResult.class, results);
    Optional<LatencyResult> latency = result(LatencyResult.class, results);
    Optional<GrowthResult> growth = result(GrowthResult.class, results);
    return List.of(
        timesUpdate(SET, 1.3, throughput),
        timesUpdate("set-1", 0.8, throughput),
        timesUpdate(JAVA, 1.15, throughput),
        times(
            JAVA + " against batch",
            3.5,
            throughput.flatMap(t -> t.of(JAVA)).map(ThroughputSummary::timesBatch)),
        timesUpdate(JOURNAL, 0.85, throughput),
        firstChunk(result(RestartResult.class, results)),
        latency(UNHINDERED, "", LatencyResult.Summary::timesAlone, latency),
        latency(UNHINDERED, ", while rows change", LatencyResult.Summary::workTimesAlone, latency),
        latency(
            List.of(THROTTLED),
            ", while rows change",
            LatencyResult.Summary::workTimesAlone,
            latency),
        growth(growth),
        heap(growth));
  }

  private static <T> Optional<T> result(Class<T> type, List<Part.Result> results) {
    return results.stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  private static Target timesUpdate(
      String contender, double min, Optional<ThroughputResult> throughput) {
    return times(
        contender + " against update",
        min,
        throughput.flatMap(t -> t.of(contender)).map(ThroughputSummary::timesUpdate));
  }

  private static Target times(String what, double min, Optional<Double> ratio) {
    return target(
        Part.THROUGHPUT,
        what + ", rows/s",
        format(">= %.2f x", min),
        ratio.map(r -> format("%.2f x", r)),
        ratio.map(r -> r >= min));
  }

  private static Target firstChunk(Optional<RestartResult> restart) {
    Optional<Double> seconds = restart.map(RestartResult::firstChunkSeconds);
    return target(
        Part.RESTART,
        "first chunk of a restart, after the context is up",
        format("<= %.0f s", FIRST_CHUNK_SECONDS_MAX),
        seconds.map(s -> format("%.2f s", s)),
        seconds.map(s -> s <= FIRST_CHUNK_SECONDS_MAX));
  }

  /** Of all runs with two workers the one that the application bears worst. */
  private static Target latency(
      List<String> contenders,
      String when,
      Function<LatencyResult.Summary, @Nullable Double> timesAlone,
      Optional<LatencyResult> latency) {
    List<LatencyResult.Summary> ours =
        latency.stream()
            .flatMap(l -> contenders.stream().flatMap(name -> l.of(name).stream()))
            .filter(s -> timesAlone.apply(s) != null)
            .toList();
    Optional<Double> worst = ours.stream().map(timesAlone).max(Comparator.naturalOrder());
    long errors = ours.stream().mapToLong(s -> s.latencies().errors()).sum();
    return target(
        Part.LATENCY,
        "the application's p99 beside "
            + (ours.isEmpty() ? contenders.get(0) : String.join(", ", names(ours)))
            + when,
        format("<= %.2f x alone, 0 errors", P99_TIMES_ALONE_MAX),
        worst.map(times -> format("%.2f x, %d errors", times, errors)),
        worst.map(times -> times <= P99_TIMES_ALONE_MAX && errors == 0));
  }

  private static List<String> names(List<LatencyResult.Summary> summaries) {
    return summaries.stream().map(LatencyResult.Summary::contender).toList();
  }

  private static Target growth(Optional<GrowthResult> growth) {
    Optional<Double> ratio =
        growth
            .filter(g -> g.largest() > g.smallest())
            .flatMap(g -> g.ofLargest(SET))
            .map(GrowthResult.Summary::timesSmallest);
    return target(
        Part.GROWTH,
        growth
            .filter(g -> g.largest() > g.smallest())
            .map(g -> format("%s: rows/s at %,d against %,d", SET, g.largest(), g.smallest()))
            .orElse(SET + ": rows/s at the largest size against the smallest"),
        format(">= %.2f x", GROWTH_MIN),
        ratio.map(r -> format("%.2f x", r)),
        ratio.map(r -> r >= GROWTH_MIN));
  }

  private static Target heap(Optional<GrowthResult> growth) {
    Optional<Double> mebibytes =
        growth
            .flatMap(g -> g.ofLargest(SET))
            .map(GrowthResult.Summary::memory)
            .map(memory -> memory.heapPeakBytes() / (double) (1 << 20));
    return target(
        Part.GROWTH,
        SET + ": peak heap" + growth.map(g -> format(" at %,d rows", g.largest())).orElse(""),
        format("<= %d MiB", HEAP_MIB_MAX),
        mebibytes.map(m -> format("%.0f MiB", m)),
        mebibytes.map(m -> m <= HEAP_MIB_MAX));
  }

  private static Target target(
      Part part, String what, String wanted, Optional<String> measured, Optional<Boolean> reached) {
    return new Target(part, what, wanted, measured.orElse(null), reached.orElse(null));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  static TextTable table(List<Target> targets) {
    TextTable table = new TextTable("target", "wanted", "measured", "");
    for (Target target : targets) {
      String measured = target.measured() == null ? "-" : target.measured();
      table.add(target.what(), target.wanted(), measured, verdict(target.reached()));
    }
    return table;
  }

  private static String verdict(@Nullable Boolean reached) {
    if (reached == null) {
      return "-";
    }
    return reached ? "ok" : "missed";
  }

  Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("target", what);
    fields.put("wanted", wanted);
    fields.put("measured", measured);
    fields.put("reached", reached);
    return fields;
  }
}
