package dev.sluice.throttle;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.postgres.StatsRights;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How far the connected standbys are behind in replaying, in time and in bytes of WAL.
 *
 * <p>The time is the age of the oldest WAL that a standby has not replayed, from positions noted
 * here ({@link WalHistory}); what PostgreSQL measured counts too while the standby is behind, for
 * the time before the first note. WAL that is not flushed yet, as after an asynchronous commit,
 * cannot have been sent and does not count. Subscribers of logical replication do not count: they
 * confirm what concerns them, and may rest on an old position without being behind. Not safe for
 * concurrent use.
 */
final class ReplicaLag implements Signal {

  static final Duration INTERVAL = Duration.ofMillis(500);

  private final LongSupplier nanos;
  private final WalHistory history = new WalHistory();

  /**
   * A standby.
   *
   * @param name its {@code application_name}
   * @param time behind
   * @param size behind
   */
  record Standby(String name, Duration time, DataSize size) {}

  /** As the server tells it; no time: none was measured. */
  private record Position(String name, long bytes, @Nullable Duration measured) {}

  ReplicaLag(LongSupplier nanos) {
    this.nanos = nanos;
  }

  @Override
  public String name() {
    return "replica lag";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return !policy.wal().replicaLag().isZero() || !policy.wal().replicaLagSize().isZero();
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
    UnreadableException.throwIfAny(StatsRights.of(jdbc).againstAllStats());
    long flushed =
        Objects.requireNonNull(
            jdbc.queryForObject(
                "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::bigint", Long.class));
    long now = nanos.getAsLong();
    history.reached(flushed, now);
    return judge(
        positions(jdbc).stream().map(standby -> behind(standby, flushed, now)).toList(),
        policy.wal());
  }

  private static List<Position> positions(JdbcOperations jdbc) {
    return jdbc.query(
        """
        SELECT application_name,
               pg_wal_lsn_diff(replay_lsn, '0/0')::bigint,
               (extract(epoch FROM replay_lag) * 1000)::bigint
        FROM pg_stat_replication AS standby
        WHERE state IN ('catchup', 'streaming')
          AND replay_lsn IS NOT NULL
          AND NOT EXISTS (
                SELECT FROM pg_replication_slots
                WHERE active_pid = standby.pid AND slot_type = 'logical')
        """,
        (rs, row) -> {
          long millis = rs.getLong(3);
          return new Position(
              rs.getString(1), rs.getLong(2), rs.wasNull() ? null : Duration.ofMillis(millis));
        });
  }

  private Standby behind(Position standby, long flushed, long now) {
    long bytes = Math.max(0, flushed - standby.bytes());
    Duration noted = history.sinceBeyond(standby.bytes(), now);
    Duration measured = standby.measured();
    boolean counts = bytes > 0 && measured != null && measured.compareTo(noted) > 0;
    return new Standby(
        standby.name(), counts ? Objects.requireNonNull(measured) : noted, new DataSize(bytes));
  }

  static Optional<String> judge(List<Standby> standbys, ThrottlePolicy.Wal limits) {
    return standbys.stream().flatMap(standby -> judge(standby, limits).stream()).findFirst();
  }

  private static Optional<String> judge(Standby standby, ThrottlePolicy.Wal limits) {
    String late =
        !limits.replicaLag().isZero() && standby.time().compareTo(limits.replicaLag()) > 0
            ? "%s > %s".formatted(Figures.of(standby.time()), Figures.of(limits.replicaLag()))
            : null;
    String large =
        !limits.replicaLagSize().isZero() && standby.size().compareTo(limits.replicaLagSize()) > 0
            ? "%s > %s".formatted(standby.size(), limits.replicaLagSize())
            : null;
    return Stream.of(Optional.ofNullable(late), Optional.ofNullable(large))
        .flatMap(Optional::stream)
        .findFirst()
        .map(figures -> "replica lag %s (standby '%s')".formatted(figures, standby.name()));
  }
}
