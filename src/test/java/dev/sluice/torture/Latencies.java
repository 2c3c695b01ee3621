package dev.sluice.torture;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** How long the application's statements took by its own clocks. Thread-safe. */
final class Latencies {
  private static final int KEPT = 5;

  /** What a statement took, with its text. */
  record Latency(Duration took, String statement) {
    @Override
    public String toString() {
      return "%d ms %s".formatted(took.toMillis(), statement);
    }
  }

  private final PriorityQueue<Latency> longest =
      new PriorityQueue<>(Comparator.comparing(Latency::took));
  private long count;

  synchronized void add(Duration took, String statement) {
    count++;
    longest.add(new Latency(took, statement));
    if (longest.size() > KEPT) {
      longest.remove();
    }
  }

  synchronized long count() {
    return count;
  }

  /** The longest first. */
  synchronized List<Latency> longest() {
    return longest.stream().sorted(Comparator.comparing(Latency::took).reversed()).toList();
  }

  Duration max() {
    return longest().stream().findFirst().map(Latency::took).orElse(Duration.ZERO);
  }
}
