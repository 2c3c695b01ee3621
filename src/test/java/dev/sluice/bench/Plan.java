package dev.sluice.bench;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one call of the benchmark measures.
 *
 * @param rows of the table for throughput and restart
 * @param rounds of every part
 * @param contenders of the throughput, by checked names; the others of the other parts
 * @param rate the application's transactions a second
 * @param growth the sizes of the table, in rows
 * @param heapMax of Sluice's processes, as {@code -Xmx} takes it; null: the virtual machine's
 *     default, but in growth {@link #GROWTH_HEAP_MAX}
 */
record Plan(
    Set<Part> parts,
    int rows,
    int rounds,
    List<String> contenders,
    List<String> latencyContenders,
    int rate,
    List<String> growthContenders,
    List<Integer> growth,
    @Nullable String heapMax) {

  /** The target: a run that needs more fails, and one with more to waste would waste it. */
  static final String GROWTH_HEAP_MAX = "128m";

  /** Half as many: a contender still runs for seconds, and the application slows it down. */
  int latencyRows() {
    return Math.max(1, rows / 2);
  }

  String growthHeapMax() {
    return heapMax == null ? GROWTH_HEAP_MAX : heapMax;
  }

  /** The longest table that it makes. */
  int rowsMax() {
    int most = parts.equals(Set.of(Part.GROWTH)) ? 0 : rows;
    return parts.contains(Part.GROWTH)
        ? growth.stream().mapToInt(Integer::intValue).reduce(most, Math::max)
        : most;
  }
}
