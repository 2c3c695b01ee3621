package dev.sluice.throttle;

import dev.sluice.migration.TableName;
import dev.sluice.migration.ThrottlePolicy;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * An autovacuum against wraparound that works on the table, a partition of it included. It gives
 * way to nobody and must end: a run beside it would make it read, and freeze, more and more.
 *
 * <p>A role without privileges does not see its query. It sees a process of the server's own that
 * holds the lock of VACUUM, and that the table is older than {@code autovacuum_freeze_max_age}.
 *
 * <p>Where something keeps old transactions, autovacuum can make the table no younger and begins
 * again each time that it looks, for ever. So a vacuum is not waited for if the one before it was
 * in vain. Not safe for concurrent use.
 */
final class TableVacuum implements Signal {

  private static final Logger log = LoggerFactory.getLogger(TableVacuum.class);

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final TableName table;
  private final Map<String, Vacuum> waitedFor = new HashMap<>();
  private final Set<String> inVain = new HashSet<>();

  /** At work on a table or partition, which was so old when the vacuum was seen first. */
  record Vacuum(String relation, int process, Age xids, Age mxids) {

    /** Whether it has left the table so old that the next one had to follow at once. */
    boolean wasInVain(Vacuum next) {
      return xids.isOverStill(next.xids) || mxids.isOverStill(next.mxids);
    }
  }

  /**
   * How old the oldest transaction number in a table is.
   *
   * @param oldest 32 bits, which wrap around
   * @param max from which on the table is vacuumed against wraparound
   */
  record Age(long age, long oldest, long max) {
    private static final long NUMBERS = 0xFFFF_FFFFL;

    /** Whether it would be over the limit by now too, had no number been used meanwhile. */
    boolean isOverStill(Age later) {
      return age > max && age - (later.oldest - oldest & NUMBERS) > max;
    }
  }

  TableVacuum(TableName table) {
    this.table = table;
  }

  @Override
  public String name() {
    return "vacuum against wraparound";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return policy.load().vacuum();
  }

  @Override
  public boolean isAskedFor() {
    return false;
  }

  /** It is under way already, and ends no sooner. */
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
    return jdbc
        .query(
            """
            WITH relations AS (
              SELECT to_regclass(?) AS relid
              UNION
              SELECT relid FROM pg_partition_tree(to_regclass(?)))
            SELECT vacuumed.oid::regclass::text, worker.pid,
                   age(vacuumed.relfrozenxid), vacuumed.relfrozenxid::text::bigint,
                   least(own.xids, current_setting('autovacuum_freeze_max_age')::bigint),
                   mxid_age(vacuumed.relminmxid), vacuumed.relminmxid::text::bigint,
                   least(own.mxids, current_setting('autovacuum_multixact_freeze_max_age')::bigint)
            FROM relations
            JOIN pg_class AS vacuumed ON vacuumed.oid = relations.relid
            JOIN pg_locks AS held
              ON held.relation = relations.relid
             AND held.mode = 'ShareUpdateExclusiveLock'
             AND held.granted
             AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            JOIN pg_stat_activity AS worker ON worker.pid = held.pid AND worker.usesysid IS NULL
            CROSS JOIN LATERAL (
              SELECT min(option_value::bigint)
                       FILTER (WHERE option_name = 'autovacuum_freeze_max_age') AS xids,
                     min(option_value::bigint)
                       FILTER (WHERE option_name = 'autovacuum_multixact_freeze_max_age') AS mxids
              FROM pg_options_to_table(vacuumed.reloptions)
              WHERE option_name LIKE 'autovacuum%freeze_max_age') AS own
            WHERE worker.query LIKE '%(to prevent wraparound)'
               OR (worker.query = '<insufficient privilege>'
                   AND (age(vacuumed.relfrozenxid) > least(
                          own.xids, current_setting('autovacuum_freeze_max_age')::bigint)
                        OR mxid_age(vacuumed.relminmxid) > least(
                          own.mxids,
                          current_setting('autovacuum_multixact_freeze_max_age')::bigint)))
            """,
            (rs, row) -> new Vacuum(rs.getString(1), rs.getInt(2), age(rs, 3), age(rs, 6)),
            table.quoted(),
            table.quoted())
        .stream()
        .filter(this::isWaitedFor)
        .findFirst()
        .map(vacuum -> judge(vacuum.relation(), vacuum.process()));
  }

  private static Age age(ResultSet rs, int column) throws SQLException {
    return new Age(rs.getLong(column), rs.getLong(column + 1), rs.getLong(column + 2));
  }

  private boolean isWaitedFor(Vacuum vacuum) {
    Vacuum last = waitedFor.putIfAbsent(vacuum.relation(), vacuum);
    if (last == null || last.process() == vacuum.process()) {
      return true;
    }
    if (!last.wasInVain(vacuum)) {
      waitedFor.put(vacuum.relation(), vacuum);
      inVain.remove(vacuum.relation());
      return true;
    }
    if (inVain.add(vacuum.relation())) {
      log.warn(
          "throttle.vacuum table={} autovacuum to prevent wraparound was in vain and has begun again:"
              + " the run goes on beside it. Something keeps old transactions: look for an old one in"
              + " pg_stat_activity, pg_prepared_xacts and pg_replication_slots.",
          vacuum.relation());
    }
    return false;
  }

  static String judge(String relation, int process) {
    return "autovacuum (process %d) works on %s to prevent wraparound".formatted(process, relation);
  }
}
