package dev.sluice.throttle;

import dev.sluice.migration.TableName;
import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.postgres.StatsRights;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A transaction of this database that is so old, and dead rows of the table that pile up, because
 * vacuum may not remove what the transaction could still see.
 *
 * <p>Either alone is no reason: dead rows are cleaned by autovacuum in its time, and an old
 * transaction costs nothing as long as there are few.
 */
final class LongTransactions implements Signal {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /** Of the live rows: what autovacuum lets a table have before it comes, by default. */
  private static final double DEAD_SHARE_MAX = 0.2;

  /** Fewer do not matter, whatever the share. */
  private static final long DEAD_ROWS_MIN = 10_000;

  private final TableName table;

  /**
   * The oldest transaction.
   *
   * @param who {@code process 4711}
   */
  record Oldest(String who, Duration age) {}

  /** Rows of the table, as statistics estimate them. */
  record Rows(long live, long dead) {}

  LongTransactions(TableName table) {
    this.table = table;
  }

  @Override
  public String name() {
    return "long transactions";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return !policy.load().longTransactions().isZero();
  }

  /** The transaction is somebody else's, and ends no sooner. */
  @Override
  public boolean isLoad() {
    return false;
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
    UnreadableException.throwIfAny(StatsRights.of(jdbc).againstAllStats());
    return oldest(jdbc)
        .flatMap(oldest -> judge(oldest, () -> rows(jdbc), policy.load().longTransactions()));
  }

  private static Optional<Oldest> oldest(JdbcOperations jdbc) {
    return jdbc
        .query(
            """
            SELECT who, extract(epoch FROM clock_timestamp() - since)
            FROM (SELECT 'process ' || pid AS who, xact_start AS since
                  FROM pg_stat_activity
                  WHERE backend_type = 'client backend'
                    AND pid <> pg_backend_pid()
                    AND datname = current_database()
                    AND coalesce(backend_xmin, backend_xid) IS NOT NULL
                  UNION ALL
                  SELECT 'prepared transaction ' || quote_literal(gid), prepared
                  FROM pg_prepared_xacts
                  WHERE database = current_database()) AS open
            WHERE since IS NOT NULL
            ORDER BY since
            LIMIT 1
            """,
            (rs, row) ->
                new Oldest(rs.getString(1), Duration.ofMillis(Math.round(rs.getDouble(2) * 1000))))
        .stream()
        .findFirst();
  }

  /** Not by the view of all tables, which reads all of pg_class: once a second is too often. */
  private Rows rows(JdbcOperations jdbc) {
    return Objects.requireNonNull(
        jdbc.queryForObject(
            """
            SELECT coalesce(sum(pg_stat_get_live_tuples(relid)), 0)::bigint,
                   coalesce(sum(pg_stat_get_dead_tuples(relid)), 0)::bigint
            FROM (SELECT to_regclass(?) AS relid
                  UNION
                  SELECT relid FROM pg_partition_tree(to_regclass(?))) AS relations
            """,
            (rs, row) -> new Rows(rs.getLong(1), rs.getLong(2)),
            table.quoted(),
            table.quoted()));
  }

  /**
   * @param counted asked only where the transaction is old
   */
  static Optional<String> judge(Oldest oldest, Supplier<Rows> counted, Duration limit) {
    if (oldest.age().compareTo(limit) <= 0) {
      return Optional.empty();
    }
    Rows rows = counted.get();
    return rows.dead() > DEAD_ROWS_MIN && rows.dead() > Math.round(rows.live() * DEAD_SHARE_MAX)
        ? Optional.of(
            "%s is in a transaction for %s > %s, and keeps vacuum from %d dead rows"
                .formatted(oldest.who(), Figures.of(oldest.age()), Figures.of(limit), rows.dead()))
        : Optional.empty();
  }
}
