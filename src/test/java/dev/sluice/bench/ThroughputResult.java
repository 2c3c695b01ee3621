package dev.sluice.bench;

import static dev.sluice.bench.TextTable.cell;

import dev.sluice.bench.Contender.Outcome;
import dev.sluice.bench.ThroughputPart.Measurement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How fast each contender is on a table that nobody else uses. */
record ThroughputResult(
    int rows, int rounds, List<ThroughputSummary> summaries, List<Measurement> measurements)
    implements Part.Result {

  @Override
  public Part part() {
    return Part.THROUGHPUT;
  }

  @Override
  public String title() {
    return "%,d rows, rounds: %d".formatted(rows, rounds);
  }

  Optional<ThroughputSummary> of(String contender) {
    return summaries.stream().filter(s -> s.contender().equals(contender)).findFirst();
  }

  @Override
  public TextTable table() {
    TextTable table =
        new TextTable(
            "contender",
            "seconds",
            "(min–max)",
            "rows/s",
            "x update",
            "x batch",
            "start-up",
            "verify",
            "peak heap",
            "RSS");
    summaries.forEach(s -> add(table, s));
    return table;
  }

  private static void add(TextTable table, ThroughputSummary s) {
    Memory memory = s.memory();
    table.add(
        s.contender(),
        cell("%.2f", s.seconds()),
        TextTable.range(s.secondsMin(), s.secondsMax()),
        cell("%,.0f", s.rowsPerSecond()),
        cell("%.2f", s.timesUpdate()),
        cell("%.2f", s.timesBatch()),
        cell("%.2f s", s.startUpSeconds() == 0 ? null : (Double) s.startUpSeconds()),
        cell("%.2f s", s.verifySeconds() == 0 ? null : (Double) s.verifySeconds()),
        TextTable.mebibytes(memory == null ? null : (Long) memory.heapPeakBytes()),
        TextTable.mebibytes(memory == null ? null : memory.residentPeakBytes()));
  }

  @Override
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("rows", rows);
    fields.put("rounds", rounds);
    fields.put("contenders", summaries.stream().map(ThroughputResult::json).toList());
    fields.put("measurements", measurements.stream().map(ThroughputResult::json).toList());
    return fields;
  }

  private static Map<String, @Nullable Object> json(ThroughputSummary s) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", s.contender());
    fields.put("seconds", s.seconds());
    fields.put("secondsMin", s.secondsMin());
    fields.put("secondsMax", s.secondsMax());
    fields.put("rowsPerSecond", s.rowsPerSecond());
    fields.put("timesUpdate", s.timesUpdate());
    fields.put("timesBatch", s.timesBatch());
    fields.put("startUpSeconds", s.startUpSeconds());
    fields.put("verifySeconds", s.verifySeconds());
    fields.put("memory", Memory.json(s.memory()));
    return fields;
  }

  private static Map<String, @Nullable Object> json(Measurement measurement) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", measurement.contender());
    fields.put("round", measurement.round());
    fields.put("seconds", measurement.seconds());
    fields.put("startUpSeconds", Outcome.seconds(measurement.outcome().startUp()));
    fields.put("verifySeconds", Outcome.seconds(measurement.outcome().verify()));
    return fields;
  }
}
