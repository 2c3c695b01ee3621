package dev.sluice.bench;

import dev.sluice.bench.Benchmark.Measurement;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The result of a benchmark, and its table for people.
 *
 * @param heapMax of Sluice's processes; null: the virtual machine's default
 */
record Report(
    int rows,
    int rounds,
    @Nullable String heapMax,
    Machine machine,
    List<Summary> summaries,
    List<Measurement> measurements) {

  String table() {
    StringBuilder table = new StringBuilder();
    line(
        table,
        "%,d rows, rounds: %d; %d cores, %.0f GiB, PostgreSQL %s, Java %s, heap %s",
        rows,
        rounds,
        machine.cores(),
        machine.memoryGib(),
        machine.postgres(),
        machine.java(),
        heapMax == null ? "default" : heapMax);
    line(
        table,
        "%s%n",
        machine.settings().entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining(" ")));
    line(
        table,
        "%-10s %9s  %-19s %10s  %8s %9s %8s",
        "contender",
        "seconds",
        "(min–max)",
        "rows/s",
        "x " + WholeTableUpdate.NAME,
        "start-up",
        "verify");
    summaries.forEach(summary -> line(table, summary));
    return table.toString();
  }

  private static void line(StringBuilder table, Summary s) {
    line(
        table,
        "%-10s %9.2f  %-19s %,10.0f  %8s %9s %8s",
        s.contender(),
        s.seconds(),
        String.format(Locale.ROOT, "(%.2f–%.2f)", s.secondsMin(), s.secondsMax()),
        s.rowsPerSecond(),
        s.ratio() == null ? "" : String.format(Locale.ROOT, "%.2f", s.ratio()),
        secondsOrNothing(s.startUpSeconds()),
        secondsOrNothing(s.verifySeconds()));
  }

  private static String secondsOrNothing(double seconds) {
    return seconds == 0 ? "" : String.format(Locale.ROOT, "%.2f s", seconds);
  }

  private static void line(StringBuilder table, String format, @Nullable Object... values) {
    table.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
  }
}
