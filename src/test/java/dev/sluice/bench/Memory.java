package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a virtual machine needed at most.
 *
 * @param heapPeakBytes the most of the heap that was in use, garbage included: before each
 *     collection, and at the end
 * @param heapLiveBytes the most that a collection left: what could not be thrown away; 0 if there
 *     was none
 * @param residentPeakBytes of the whole process, heap, code and threads; null where the system does
 *     not tell
 */
record Memory(long heapPeakBytes, long heapLiveBytes, @Nullable Long residentPeakBytes) {

  private static final long BYTES_PER_MIB = 1 << 20;

  /** {@code GC(3) Pause Young (Allocation Failure) 93M->21M(256M) 4.2ms}. */
  private static final Pattern PAUSE = Pattern.compile(" (\\d+)M->(\\d+)M\\(\\d+M\\)");

  /**
   * The heap's parts at the end. Java 17: {@code def new generation total 39296K, used 3000K
   * [0x…)}. Java 25: {@code DefNew total …}, and {@code garbage-first heap total reserved …K,
   * committed …K, used …K}.
   */
  private static final Pattern AT_END =
      Pattern.compile(
          "(?:generation|heap|DefNew|Tenured|PSYoungGen|ParOldGen)"
              + " +total (?:reserved \\d+K, committed )?\\d+K, used (\\d+)K");

  private static final Pattern RESIDENT = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  /** What {@link #of} reads, as an option of the virtual machine. */
  static String logging(Path log) {
    // what is told at the end is gc+heap+exit in Java 17, gc+exit in 25
    return "-Xlog:gc,gc+exit*:file=" + log;
  }

  /**
   * @throws IllegalStateException if the log tells neither of a collection nor of the end: the
   *     collector is one that it writes otherwise of
   */
  static Memory of(Path log, @Nullable Long residentPeakBytes) throws IOException {
    List<String> lines = Files.readAllLines(log);
    long before = of(lines, PAUSE, 1, Math::max) * BYTES_PER_MIB;
    long after = of(lines, PAUSE, 2, Math::max) * BYTES_PER_MIB;
    long atEnd = of(lines, AT_END, 1, Long::sum) * 1024;
    long peak = Math.max(before, atEnd);
    if (peak == 0) {
      throw new IllegalStateException(
          "%s: the log of the virtual machine's heap, got %d lines without a figure, wanted one of a collection or of the end. Measure with Java 17 or 25 and its default collector."
              .formatted(log, lines.size()));
    }
    return new Memory(peak, after, residentPeakBytes);
  }

  private static long of(
      List<String> lines, Pattern pattern, int group, LongBinaryOperator together) {
    return lines.stream()
        .map(pattern::matcher)
        .filter(Matcher::find)
        .mapToLong(found -> Long.parseLong(found.group(group)))
        .reduce(0, together);
  }

  /** The most so far, which only grows; null where the system does not tell, or it is over. */
  static @Nullable Long residentPeakBytes(long pid) {
    try {
      Matcher found = RESIDENT.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
      return found.find() ? (Long) (Long.parseLong(found.group(1)) * 1024) : null;
    } catch (IOException e) {
      return null;
    }
  }

  static @Nullable Map<String, @Nullable Object> json(@Nullable Memory memory) {
    if (memory == null) {
      return null;
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("heapPeakBytes", memory.heapPeakBytes());
    fields.put("heapLiveBytes", memory.heapLiveBytes());
    fields.put("residentPeakBytes", memory.residentPeakBytes());
    return fields;
  }

  /** The greater of each. */
  static @Nullable Memory max(@Nullable Memory one, @Nullable Memory other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    Long resident = one.residentPeakBytes();
    Long another = other.residentPeakBytes();
    return new Memory(
        Math.max(one.heapPeakBytes(), other.heapPeakBytes()),
        Math.max(one.heapLiveBytes(), other.heapLiveBytes()),
        resident == null || another == null ? null : (Long) Math.max(resident, another));
  }
}
