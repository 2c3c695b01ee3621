package dev.sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the figures depend on.
 *
 * @param loadBefore how many processes wanted a processor in the last minute; more than a few
 *     tenths spoil the figures
 * @param settings of the server, by name
 */
record Machine(
    int cores,
    double memoryGib,
    double loadBefore,
    String java,
    String postgres,
    Map<String, String> settings) {

  private static final double BYTES_PER_GIB = 1 << 30;

  private static final List<String> SETTINGS =
      List.of(
          "shared_buffers",
          "max_wal_size",
          "checkpoint_timeout",
          "fsync",
          "synchronous_commit",
          "full_page_writes",
          "wal_compression",
          "wal_level",
          "autovacuum");

  /** This machine, and the server, which may be on another. */
  static Machine with(BenchDatabase server) {
    Map<String, String> settings = new LinkedHashMap<>();
    SETTINGS.forEach(name -> settings.put(name, server.query("SHOW " + name)));
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        system().getTotalMemorySize() / BYTES_PER_GIB,
        system().getSystemLoadAverage(),
        Runtime.version().toString(),
        server.query("SHOW server_version"),
        settings);
  }

  private static OperatingSystemMXBean system() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  }

  Map<String, Object> json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("cores", cores);
    fields.put("memoryGib", memoryGib);
    fields.put("loadBefore", loadBefore);
    fields.put("java", java);
    fields.put("postgres", postgres);
    fields.put("settings", settings);
    return fields;
  }
}
