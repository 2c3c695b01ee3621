package dev.sluice.bench;

import static dev.sluice.bench.TextTable.cell;

import dev.sluice.bench.GrowthPart.Measurement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether rows/s and memory depend on the size of the table.
 *
 * @param sizes in rows, ascending
 * @param heapMax of Sluice's processes
 */
record GrowthResult(
    List<Integer> sizes,
    int rounds,
    String heapMax,
    List<Summary> summaries,
    List<Measurement> measurements)
    implements Part.Result {

  /**
   * What a contender's rounds on one size say.
   *
   * @param timesSmallest rows/s against those on the smallest table
   * @param memory the most of all rounds; null for what has no process of its own
   */
  record Summary(
      String contender,
      int rows,
      double seconds,
      double rowsPerSecond,
      double timesSmallest,
      @Nullable Memory memory) {}

  static GrowthResult of(
      List<Integer> sizes,
      int rounds,
      String heapMax,
      List<String> contenders,
      List<Measurement> all) {
    List<Summary> summaries = new ArrayList<>();
    for (String contender : contenders) {
      double smallest = rowsPerSecond(of(contender, sizes.get(0), all));
      for (int rows : sizes) {
        List<Measurement> own = of(contender, rows, all);
        summaries.add(
            new Summary(
                contender,
                rows,
                Median.of(own, m -> m.outcome().seconds()),
                rowsPerSecond(own),
                rowsPerSecond(own) / smallest,
                own.stream().map(m -> m.outcome().memory()).reduce(null, Memory::max)));
      }
    }
    return new GrowthResult(sizes, rounds, heapMax, summaries, all);
  }

  private static List<Measurement> of(String contender, int rows, List<Measurement> all) {
    return all.stream().filter(m -> m.contender().equals(contender) && m.rows() == rows).toList();
  }

  private static double rowsPerSecond(List<Measurement> own) {
    return Median.of(own, Measurement::rowsPerSecond);
  }

  int smallest() {
    return sizes.get(0);
  }

  int largest() {
    return sizes.get(sizes.size() - 1);
  }

  Optional<Summary> ofLargest(String contender) {
    return summaries.stream()
        .filter(s -> s.contender().equals(contender) && s.rows() == largest())
        .findFirst();
  }

  @Override
  public Part part() {
    return Part.GROWTH;
  }

  @Override
  public String title() {
    return "rounds: %d, heap of at most %s".formatted(rounds, heapMax);
  }

  @Override
  public TextTable table() {
    TextTable table =
        new TextTable(
            "contender",
            "rows",
            "seconds",
            "rows/s",
            "x smallest",
            "peak heap",
            "live heap",
            "RSS");
    for (Summary s : summaries) {
      Memory memory = s.memory();
      table.add(
          s.contender(),
          cell("%,d", s.rows()),
          cell("%.2f", s.seconds()),
          cell("%,.0f", s.rowsPerSecond()),
          cell("%.2f", s.timesSmallest()),
          TextTable.mebibytes(memory == null ? null : (Long) memory.heapPeakBytes()),
          TextTable.mebibytes(memory == null ? null : (Long) memory.heapLiveBytes()),
          TextTable.mebibytes(memory == null ? null : memory.residentPeakBytes()));
    }
    return table;
  }

  @Override
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("sizes", sizes);
    fields.put("rounds", rounds);
    fields.put("heapMax", heapMax);
    fields.put("contenders", summaries.stream().map(GrowthResult::json).toList());
    fields.put("measurements", measurements.stream().map(GrowthResult::json).toList());
    return fields;
  }

  private static Map<String, @Nullable Object> json(Summary summary) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", summary.contender());
    fields.put("rows", summary.rows());
    fields.put("seconds", summary.seconds());
    fields.put("rowsPerSecond", summary.rowsPerSecond());
    fields.put("timesSmallest", summary.timesSmallest());
    fields.put("memory", Memory.json(summary.memory()));
    return fields;
  }

  private static Map<String, @Nullable Object> json(Measurement measurement) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", measurement.contender());
    fields.put("rows", measurement.rows());
    fields.put("round", measurement.round());
    fields.put("seconds", measurement.outcome().seconds());
    fields.put("memory", Memory.json(measurement.outcome().memory()));
    return fields;
  }
}
