package dev.sluice.schema;

import dev.sluice.postgres.DeadlockTimeout;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How long statements of ours, and those of a user's script or code, may wait for locks, so that
 * the application never gets a deadlock error because of them.
 *
 * <p>A transaction that has locked one table and waits for another one may stand in a cycle with a
 * session that uses both. That session's wait began after our transaction did, in the queue behind
 * us at the earliest; so where all our waits are over before {@code deadlock_timeout} has passed
 * since our begin, it never finds the cycle. A statement that adds a foreign key waits twice,
 * therefore a wait gets half of what is left.
 *
 * <p>Autovacuum is the exception: the server ends it only for a session that has waited for longer
 * than {@code deadlock_timeout}.
 */
final class LockLimit {

  private static final Duration MARGIN = Duration.ofMillis(100);

  /** With its time used up, a statement still takes a lock that is free. */
  private static final long LEAST_MILLIS = 10;

  /** Of the time of a transaction that waits for autovacuum. */
  private static final int LEAST_PARTS = 10;

  private final ScriptSettings settings;
  private @Nullable Duration total;

  LockLimit(ScriptSettings settings) {
    this.settings = settings;
  }

  /** For a statement of ours: counts from the begin of its transaction. Takes no lock. */
  void set(JdbcTemplate jdbc, boolean autovacuumInTheWay) {
    if (autovacuumInTheWay) {
      long all = settings.lockTimeout().toMillis();
      set(jdbc, Math.max(1, all / LEAST_PARTS), all, 1);
    } else {
      long all = total(jdbc).toMillis();
      set(jdbc, Math.min(LEAST_MILLIS, all), all, 2);
    }
  }

  /**
   * For a statement of another tool's file, which may hold locks of earlier ones for any time: a
   * statement that has worked long has not waited long, so each has its own time. Takes no lock.
   */
  void setForOne(JdbcTemplate jdbc, boolean autovacuumInTheWay) {
    long all = settings.lockTimeout().toMillis();
    long millis = autovacuumInTheWay ? all : Math.max(1, total(jdbc).toMillis() / 2);
    set(jdbc, millis, 0, 1);
  }

  /** What a transaction of ours has, from its begin on, to wait for all its locks. */
  Duration time(JdbcTemplate jdbc, boolean autovacuumInTheWay) {
    return autovacuumInTheWay ? settings.lockTimeout() : total(jdbc);
  }

  /**
   * Ends the next statement, its waits included, when so much time has passed since the begin of
   * its transaction.
   *
   * @param all zero for never
   */
  static void endStatement(JdbcTemplate jdbc, Duration all) {
    jdbc.queryForObject(
        """
        SELECT pg_catalog.set_config('statement_timeout', (CASE WHEN ?::bigint = 0 THEN 0 ELSE greatest(1,
                 ?::bigint - (extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)::bigint) END)::text,
                 true)
        """,
        String.class,
        all.toMillis(),
        all.toMillis());
  }

  private static void set(JdbcTemplate jdbc, long leastMillis, long allMillis, int waits) {
    jdbc.queryForObject(
        """
        SELECT pg_catalog.set_config('lock_timeout', greatest(?::bigint,
                 (?::bigint - (extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)::bigint)
                 / ?::bigint)::text,
                 true)
        """,
        String.class,
        leastMillis,
        allMillis,
        waits);
  }

  private Duration total(JdbcTemplate jdbc) {
    if (total == null) {
      Duration deadlock = DeadlockTimeout.shortest(jdbc);
      Duration half = deadlock.dividedBy(2);
      Duration before = deadlock.minus(MARGIN);
      Duration bound = before.compareTo(half) > 0 ? before : half;
      total = bound.compareTo(settings.lockTimeout()) < 0 ? bound : settings.lockTimeout();
    }
    return total;
  }
}
