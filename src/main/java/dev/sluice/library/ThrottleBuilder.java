package dev.sluice.library;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What holds a migration of rows back. Each method is the key under {@code throttle} of the same
 * name, with the same meaning, bounds and default; docs/definition.md says them. Sizes are written
 * with their unit, {@code 64MB}. Not safe for concurrent use.
 */
public final class ThrottleBuilder {

  private final Map<String, Object> keys = new LinkedHashMap<>();

  ThrottleBuilder() {}

  /** A worker rests after each of its chunks. */
  public ThrottleBuilder pause(Duration pause) {
    return key("pause", pause.toMillis() + "ms");
  }

  /** Of all workers together. */
  public ThrottleBuilder rowsPerSecond(int rows) {
    return key("rows-per-second", rows);
  }

  /** Waits while a connected standby has older WAL than this to replay. */
  public ThrottleBuilder replicaLag(Duration lag) {
    return key("replica-lag", lag.toMillis() + "ms");
  }

  /** Waits while a connected standby has more WAL than this to replay. */
  public ThrottleBuilder replicaLagSize(String size) {
    return key("replica-lag-size", size);
  }

  /** Waits while a replication slot keeps more WAL than this. */
  public ThrottleBuilder slotWal(String size) {
    return key("slot-wal", size);
  }

  /** Waits while more files of WAL than this wait to be archived. */
  public ThrottleBuilder archiveBacklog(int files) {
    return key("archive-backlog", files);
  }

  /** Goes on though sessions wait for rows of a chunk. */
  public ThrottleBuilder ignoreBlockedSessions() {
    return key("blocked-sessions", "ignore");
  }

  /** Waits while more sessions than this are active. */
  public ThrottleBuilder activeSessions(int sessions) {
    return key("active-sessions", sessions);
  }

  /** Goes on beside a vacuum against wraparound of the table. */
  public ThrottleBuilder ignoreVacuum() {
    return key("vacuum", "ignore");
  }

  /** Waits while an older transaction than this keeps dead rows that pile up. */
  public ThrottleBuilder longTransactions(Duration age) {
    return key("long-transactions", age.toMillis() + "ms");
  }

  /** Works only then: {@code 22:00-06:00 Europe/Berlin}. */
  public ThrottleBuilder window(String window) {
    return key("window", window);
  }

  /** Waits while the query returns true. */
  public ThrottleBuilder when(String query) {
    return key("when", query);
  }

  private ThrottleBuilder key(String name, Object value) {
    keys.put(name, value);
    return this;
  }

  Map<String, Object> keys() {
    return keys;
  }
}
