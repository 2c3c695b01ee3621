package dev.sluice.throttle;

import dev.sluice.migration.DataSize;
import dev.sluice.migration.ThrottlePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * WAL that a replication slot keeps on the server's disk, for a standby or a subscriber that may
 * not even be connected. Any role sees it.
 *
 * <p>A slot that has lost its WAL already ({@code lost}) keeps none, and waiting would not help it.
 * One that is about to ({@code unreserved}) is a reason whatever its size.
 */
final class SlotWal implements Signal {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /**
   * A replication slot.
   *
   * @param status of its WAL, as in {@code pg_replication_slots.wal_status}
   */
  record Slot(String name, DataSize kept, String status) {}

  @Override
  public String name() {
    return "slot WAL";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return !policy.wal().slotWal().isZero();
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
    return judge(
        jdbc.query(
            """
            SELECT slot_name,
                   greatest(0, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn))::bigint,
                   wal_status
            FROM pg_replication_slots
            WHERE restart_lsn IS NOT NULL
              AND wal_status <> 'lost'
            ORDER BY restart_lsn
            """,
            (rs, row) -> new Slot(rs.getString(1), new DataSize(rs.getLong(2)), rs.getString(3))),
        policy.wal().slotWal());
  }

  static Optional<String> judge(List<Slot> slots, DataSize limit) {
    return slots.stream().flatMap(slot -> judge(slot, limit).stream()).findFirst();
  }

  private static Optional<String> judge(Slot slot, DataSize limit) {
    if (slot.status().equals("unreserved")) {
      return Optional.of(
          "replication slot '%s' keeps %s of WAL and is about to lose it (wal_status unreserved)"
              .formatted(slot.name(), slot.kept()));
    }
    return slot.kept().compareTo(limit) > 0
        ? Optional.of(
            "replication slot '%s' keeps %s of WAL > %s".formatted(slot.name(), slot.kept(), limit))
        : Optional.empty();
  }
}
