package dev.sluice.migration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What holds a run back, and from which figure on. Tuning: may change between runs, and within one.
 *
 * <p>On by default is only what a run does harm by itself, or in the way of: sessions of the
 * application that wait for its chunks, and a vacuum against wraparound of its table. Neither can
 * last for ever (a vacuum that begins again because the last one was in vain is not waited for),
 * and a role without privileges can tell both. The others are limits of somebody's own. A default
 * for them would surprise: a standby may be delayed on purpose, a slot be forgotten, an archive be
 * broken for weeks, and a run would wait without end for what it has no part in.
 *
 * @param window null: at all times
 * @param when a query that returns true as long as the run is to wait; null: none
 */
public record ThrottlePolicy(
    Speed speed, Wal wal, Load load, @Nullable TimeWindow window, @Nullable String when) {

  /** A query that takes longer is no answer: it would be asked again before it is over. */
  public static final Duration WHEN_MAX = Duration.ofSeconds(3);

  public static final ThrottlePolicy DEFAULT =
      new ThrottlePolicy(Speed.DEFAULT, Wal.DEFAULT, Load.DEFAULT, null, null);

  /**
   * How fast at most, whatever the server does.
   *
   * @param pause of each worker after each of its chunks, 0 (none) to {@link #PAUSE_MAX}
   * @param rowsPerSecond of all workers together, 0 (any) to {@value #ROWS_PER_SECOND_MAX}
   */
  public record Speed(Duration pause, int rowsPerSecond) {
    public static final Duration PAUSE_MAX = Duration.ofMinutes(10);
    public static final int ROWS_PER_SECOND_MAX = 1_000_000;
    public static final Speed DEFAULT = new Speed(Duration.ZERO, 0);

    public Speed {
      within("throttle.pause", pause, PAUSE_MAX);
      within("throttle.rows-per-second", rowsPerSecond, ROWS_PER_SECOND_MAX);
    }
  }

  /**
   * How far those may be behind that need the write-ahead log. Zero: off.
   *
   * @param replicaLag age of the oldest WAL that a standby has not replayed, up to {@link
   *     #REPLICA_LAG_MAX}
   * @param replicaLagSize WAL that a standby has not replayed, up to {@link #SIZE_MAX}
   * @param slotWal WAL that a replication slot keeps on the server, up to {@link #SIZE_MAX}
   * @param archiveBacklog files of WAL that wait to be archived, up to {@value
   *     #ARCHIVE_BACKLOG_MAX}
   */
  public record Wal(
      Duration replicaLag, DataSize replicaLagSize, DataSize slotWal, int archiveBacklog) {
    public static final Duration REPLICA_LAG_MAX = Duration.ofHours(1);
    public static final DataSize SIZE_MAX = DataSize.of(16, "TB");
    public static final int ARCHIVE_BACKLOG_MAX = 100_000;
    public static final Wal DEFAULT = new Wal(Duration.ZERO, DataSize.ZERO, DataSize.ZERO, 0);

    public Wal {
      within("throttle.replica-lag", replicaLag, REPLICA_LAG_MAX);
      within("throttle.replica-lag-size", replicaLagSize, SIZE_MAX);
      within("throttle.slot-wal", slotWal, SIZE_MAX);
      within("throttle.archive-backlog", archiveBacklog, ARCHIVE_BACKLOG_MAX);
    }
  }

  /**
   * What the server's sessions may bear.
   *
   * @param blockedSessions wait while a session waits for a lock that a chunk holds
   * @param vacuum wait while autovacuum works on the table against wraparound
   * @param activeSessions of others, 0 (any number) to {@value #ACTIVE_SESSIONS_MAX}
   * @param longTransactions age of a transaction that keeps dead rows, up to {@link
   *     #LONG_TRANSACTIONS_MAX}; zero: off
   */
  public record Load(
      boolean blockedSessions, boolean vacuum, int activeSessions, Duration longTransactions) {
    public static final int ACTIVE_SESSIONS_MAX = 10_000;
    public static final Duration LONG_TRANSACTIONS_MAX = Duration.ofDays(7);
    public static final Load DEFAULT = new Load(true, true, 0, Duration.ZERO);

    public Load {
      within("throttle.active-sessions", activeSessions, ACTIVE_SESSIONS_MAX);
      within("throttle.long-transactions", longTransactions, LONG_TRANSACTIONS_MAX);
    }
  }

  private static void within(String key, int value, int max) {
    if (value < 0 || value > max) {
      throw new IllegalArgumentException("%s must be 0 to %d, got %d".formatted(key, max, value));
    }
  }

  private static void within(String key, Duration value, Duration max) {
    if (value.isNegative() || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "%s must be 0 s to %d s, got %d ms".formatted(key, max.toSeconds(), value.toMillis()));
    }
  }

  private static void within(String key, DataSize value, DataSize max) {
    if (value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          "%s must be at most %s, got %s".formatted(key, max, value));
    }
  }

  public ThrottlePolicy withSpeed(Speed newSpeed) {
    return new ThrottlePolicy(newSpeed, wal, load, window, when);
  }

  public ThrottlePolicy withWal(Wal newWal) {
    return new ThrottlePolicy(speed, newWal, load, window, when);
  }

  public ThrottlePolicy withLoad(Load newLoad) {
    return new ThrottlePolicy(speed, wal, newLoad, window, when);
  }

  public ThrottlePolicy withWindow(@Nullable TimeWindow newWindow) {
    return new ThrottlePolicy(speed, wal, load, newWindow, when);
  }

  public ThrottlePolicy withWhen(@Nullable String query) {
    return new ThrottlePolicy(speed, wal, load, window, query);
  }
}
