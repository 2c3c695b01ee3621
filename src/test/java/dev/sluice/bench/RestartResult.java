package dev.sluice.bench;

import static dev.sluice.bench.TextTable.cell;

import dev.sluice.bench.Contender.Outcome;
import dev.sluice.bench.RestartPart.Measurement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How soon a run that was stopped goes on. */
record RestartResult(String contender, int rows, int rounds, List<Measurement> measurements)
    implements Part.Result {

  double firstChunkSeconds() {
    return Median.of(measurements, m -> Outcome.seconds(m.firstChunk()));
  }

  private double contextUpSeconds() {
    return Median.of(measurements, m -> Outcome.seconds(m.contextUp()));
  }

  @Override
  public Part part() {
    return Part.RESTART;
  }

  @Override
  public String title() {
    return "%,d rows, rounds: %d; stopped in the middle by SIGTERM and started again"
        .formatted(rows, rounds);
  }

  @Override
  public TextTable table() {
    double[] sorted =
        measurements.stream().mapToDouble(m -> Outcome.seconds(m.firstChunk())).sorted().toArray();
    return new TextTable("contender", "rows before", "context up", "first chunk", "(min–max)")
        .add(
            contender,
            cell("%,.0f", Median.of(measurements, m -> m.rowsBefore())),
            cell("%.2f s", contextUpSeconds()),
            cell("%.2f s", firstChunkSeconds()),
            TextTable.range(sorted[0], sorted[sorted.length - 1]));
  }

  @Override
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("rows", rows);
    fields.put("rounds", rounds);
    fields.put("contender", contender);
    fields.put("contextUpSeconds", contextUpSeconds());
    fields.put("firstChunkSeconds", firstChunkSeconds());
    fields.put("measurements", measurements.stream().map(RestartResult::json).toList());
    return fields;
  }

  private static Map<String, Object> json(Measurement measurement) {
    return Map.of(
        "round", measurement.round(),
        "rowsBefore", measurement.rowsBefore(),
        "contextUpSeconds", Outcome.seconds(measurement.contextUp()),
        "firstChunkSeconds", Outcome.seconds(measurement.firstChunk()));
  }
}
