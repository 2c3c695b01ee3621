package dev.sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the figures depend on.
 *
 * @param settings of the server, by name
 */
record Machine(
    int cores, double memoryGib, String java, String postgres, Map<String, String> settings) {

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
        memoryBytes() / BYTES_PER_GIB,
        Runtime.version().toString(),
        server.query("SHOW server_version"),
        settings);
  }

  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
