package dev.sluice.bench;

import static dev.sluice.bench.TextTable.cell;

import dev.sluice.bench.LatencyPart.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an application fares alone and beside each contender.
 *
 * @param perSecond the transactions that are scheduled
 */
record LatencyResult(
    int rows, int rounds, int perSecond, List<Summary> summaries, List<Measurement> measurements)
    implements Part.Result {

  /** In place of a contender's name. */
  static final String ALONE = "alone";

  /**
   * What a contender's rounds say.
   *
   * @param rowsPerSecond of the contender meanwhile; null for {@link #ALONE}
   * @param workP99Millis while the contender changed rows; null for {@link #ALONE}
   * @param timesAlone p99 against that of the same round without a contender: the median
   * @param workTimesAlone the same of {@code workP99Millis}
   */
  record Summary(
      String contender,
      @Nullable Double rowsPerSecond,
      Latencies latencies,
      @Nullable Double workP99Millis,
      double timesAlone,
      @Nullable Double workTimesAlone) {}

  static LatencyResult of(
      int rows, int rounds, int perSecond, List<Contender> contenders, List<Measurement> all) {
    List<Summary> summaries = new ArrayList<>();
    summaries.add(summary(ALONE, rows, all));
    contenders.forEach(c -> summaries.add(summary(c.name(), c.rowsToDo(rows), all)));
    return new LatencyResult(rows, rounds, perSecond, summaries, all);
  }

  /**
   * @param rows that the contender did
   */
  private static Summary summary(String contender, int rows, List<Measurement> all) {
    List<Measurement> own = all.stream().filter(m -> m.contender().equals(contender)).toList();
    return new Summary(
        contender,
        contender.equals(ALONE)
            ? null
            : (Double) Median.of(own, m -> rows / m.requiredOutcome().seconds()),
        Latencies.of(own.stream().map(Measurement::latencies).toList()),
        Median.ofPresent(own.stream().map(Measurement::workP99Millis).toList()),
        Median.of(own, m -> m.latencies().p99Millis() / aloneP99Millis(m.round(), all)),
        Median.ofPresent(own.stream().map(m -> workTimesAlone(m, all)).toList()));
  }

  private static @Nullable Double workTimesAlone(Measurement measurement, List<Measurement> all) {
    Double work = measurement.workP99Millis();
    return work == null ? null : (Double) (work / aloneP99Millis(measurement.round(), all));
  }

  private static double aloneP99Millis(int round, List<Measurement> all) {
    return all.stream()
        .filter(m -> m.round() == round && m.contender().equals(ALONE))
        .mapToDouble(m -> m.latencies().p99Millis())
        .findFirst()
        .orElseThrow();
  }

  Optional<Summary> of(String contender) {
    return summaries.stream().filter(s -> s.contender().equals(contender)).findFirst();
  }

  @Override
  public Part part() {
    return Part.LATENCY;
  }

  @Override
  public String title() {
    return "%,d rows, rounds: %d; an application at %d transactions/s, latency in ms"
        .formatted(rows, rounds, perSecond);
  }

  @Override
  public TextTable table() {
    TextTable table =
        new TextTable(
            "contender",
            "rows/s",
            "transactions",
            "p50",
            "p95",
            "p99",
            "max",
            "p99 x alone",
            "p99 of work",
            "x alone",
            "errors");
    for (Summary s : summaries) {
      Latencies latencies = s.latencies();
      table.add(
          s.contender(),
          cell("%,.0f", s.rowsPerSecond()),
          cell("%,d", latencies.transactions()),
          cell("%.2f", latencies.p50Millis()),
          cell("%.2f", latencies.p95Millis()),
          cell("%.2f", latencies.p99Millis()),
          cell("%,.1f", latencies.maxMillis()),
          cell("%.2f", s.timesAlone()),
          cell("%.2f", s.workP99Millis()),
          cell("%.2f", s.workTimesAlone()),
          cell("%d", latencies.errors()));
    }
    return table;
  }

  @Override
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("rows", rows);
    fields.put("rounds", rounds);
    fields.put("transactionsPerSecond", perSecond);
    fields.put("contenders", summaries.stream().map(LatencyResult::json).toList());
    fields.put("measurements", measurements.stream().map(LatencyResult::json).toList());
    return fields;
  }

  private static Map<String, @Nullable Object> json(Summary summary) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", summary.contender());
    fields.put("rowsPerSecond", summary.rowsPerSecond());
    fields.putAll(json(summary.latencies()));
    fields.put("workP99Millis", summary.workP99Millis());
    fields.put("p99TimesAlone", summary.timesAlone());
    fields.put("workP99TimesAlone", summary.workTimesAlone());
    return fields;
  }

  private static Map<String, @Nullable Object> json(Measurement measurement) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", measurement.contender());
    fields.put("round", measurement.round());
    fields.putAll(json(measurement.latencies()));
    fields.put("workP99Millis", measurement.workP99Millis());
    fields.put(
        "seconds", measurement.outcome() == null ? null : measurement.requiredOutcome().seconds());
    return fields;
  }

  private static Map<String, @Nullable Object> json(Latencies latencies) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("transactions", latencies.transactions());
    fields.put("p50Millis", latencies.p50Millis());
    fields.put("p95Millis", latencies.p95Millis());
    fields.put("p99Millis", latencies.p99Millis());
    fields.put("maxMillis", latencies.maxMillis());
    fields.put("errors", latencies.errors());
    return fields;
  }
}
