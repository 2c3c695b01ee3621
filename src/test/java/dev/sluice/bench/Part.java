package dev.sluice.bench;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the benchmark measures, in the order in which it does. */
enum Part {
  THROUGHPUT,
  RESTART,
  LATENCY,
  GROWTH;

  /** On the command line, and the key in the JSON. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What a part has measured. */
  interface Result {
    Part part();

    /** What the figures are of: rows, rounds, and what cannot be seen in the table. */
    String title();

    TextTable table();

    /** Every figure, by name; durations in seconds unless the name says otherwise. */
    Map<String, @Nullable Object> json();
  }
}
