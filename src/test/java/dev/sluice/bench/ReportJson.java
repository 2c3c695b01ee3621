package dev.sluice.bench;

import dev.sluice.bench.Benchmark.Measurement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;

/** A {@link Report} for programs. Durations are seconds. */
final class ReportJson {

  private ReportJson() {}

  static String of(Report report) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("rows", report.rows());
    fields.put("rounds", report.rounds());
    fields.put("heapMax", report.heapMax());
    fields.put("machine", machine(report.machine()));
    fields.put("contenders", report.summaries().stream().map(ReportJson::summary).toList());
    fields.put("measurements", report.measurements().stream().map(ReportJson::measured).toList());
    return JsonWriter.standard().writeToString(fields);
  }

  private static Map<String, Object> machine(Machine machine) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("cores", machine.cores());
    fields.put("memoryGib", machine.memoryGib());
    fields.put("java", machine.java());
    fields.put("postgres", machine.postgres());
    fields.put("settings", machine.settings());
    return fields;
  }

  private static Map<String, @Nullable Object> summary(Summary summary) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("contender", summary.contender());
    fields.put("seconds", summary.seconds());
    fields.put("secondsMin", summary.secondsMin());
    fields.put("secondsMax", summary.secondsMax());
    fields.put("rowsPerSecond", summary.rowsPerSecond());
    fields.put("ratioToUpdate", summary.ratio());
    fields.put("startUpSeconds", summary.startUpSeconds());
    fields.put("verifySeconds", summary.verifySeconds());
    return fields;
  }

  private static Map<String, Object> measured(Measurement measurement) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("contender", measurement.contender());
    fields.put("round", measurement.round());
    fields.put("seconds", measurement.seconds());
    fields.put("startUpSeconds", seconds(measurement.timing().startUp()));
    fields.put("verifySeconds", seconds(measurement.timing().verify()));
    return fields;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
