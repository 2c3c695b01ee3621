package dev.sluice.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;

/**
 * The result of a benchmark, for people and for programs.
 *
 * @param heapMax of Sluice's processes, unless a part says otherwise; null: the virtual machine's
 *     default
 * @param missing why a part has no result, by its label
 * @param failed those of the missing that ended with an error
 */
record Report(
    Machine machine,
    @Nullable String heapMax,
    List<Part.Result> results,
    Map<String, String> missing,
    Set<Part> failed) {

  /** One table a part, then the targets. */
  String tables() {
    StringBuilder text = new StringBuilder(head());
    for (Part.Result result : results) {
      text.append("\n== ").append(result.part().label()).append(": ").append(result.title());
      text.append("\n").append(result.table());
    }
    missing.forEach((part, why) -> text.append("\n== %s: none. %s%n".formatted(part, why)));
    return text + "\n== targets\n" + Target.table(Target.of(results, failed));
  }

  private String head() {
    return String.format(
        Locale.ROOT,
        "%d cores, %.0f GiB, load %.1f at the start; PostgreSQL %s, Java %s, heap %s%n%s%n",
        machine.cores(),
        machine.memoryGib(),
        machine.loadBefore(),
        machine.postgres(),
        machine.java(),
        heapMax == null ? "default" : heapMax,
        machine.settings().entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining(" ")));
  }

  String json() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("machine", machine.json());
    fields.put("heapMax", heapMax);
    results.forEach(result -> fields.put(result.part().label(), result.json()));
    fields.put("missing", missing);
    fields.put("targets", Target.of(results, failed).stream().map(Target::json).toList());
    return JsonWriter.standard().writeToString(fields);
  }
}
