package dev.sluice.throttle;

import dev.sluice.migration.ThrottlePolicy;
import java.time.Duration;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Sessions that wait for a lock which a chunk of this launch holds: harm that the run does itself.
 *
 * <p>A chunk's session is known by the advisory lock that every chunk holds from its beginning to
 * its end, whose name is this launch's own: other runs on the server, and connections of an
 * application's pool, are not taken for ours. Locks and {@code pg_blocking_pids} are there for any
 * role to see. Both pass over the server's lock tables, which takes a fraction of a millisecond.
 */
final class BlockedSessions implements Signal {

  private static final Duration INTERVAL = Duration.ofMillis(250);

  /**
   * A shorter wait is what row locks are: an ordinary chunk takes some 10 ms. A run that stopped
   * for each of them would never end beside an application that writes the same rows.
   */
  private static final Duration TOLERATED = Duration.ofMillis(50);

  private final String chunkLock;

  /** How many wait, and how long the first of them has. */
  record Blocked(long sessions, Duration longest) {}

  /**
   * @param chunkLock name of the lock that the chunks hold
   */
  BlockedSessions(String chunkLock) {
    this.chunkLock = chunkLock;
  }

  @Override
  public String name() {
    return "blocked sessions";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return policy.load().blockedSessions();
  }

  @Override
  public boolean isAskedFor() {
    return false;
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
                WITH ours AS MATERIALIZED (
                  SELECT array_agg(pid) AS pids
                  FROM pg_locks
                  WHERE locktype = 'advisory'
                    AND granted
                    AND objsubid = 1
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND (classid::bigint << 32) | objid::bigint = hashtextextended(?, 0))
                SELECT count(DISTINCT waiting.pid),
                       coalesce(extract(epoch FROM max(clock_timestamp() - waiting.waitstart)), 0)
                FROM pg_locks AS waiting, ours
                WHERE NOT waiting.granted
                  AND waiting.pid <> ALL (ours.pids)
                  AND pg_blocking_pids(waiting.pid) && ours.pids
                """,
                (rs, row) ->
                    new Blocked(
                        rs.getLong(1), Duration.ofMillis(Math.round(rs.getDouble(2) * 1000))),
                chunkLock)
            .get(0));
  }

  static Optional<String> judge(Blocked blocked) {
    return blocked.longest().compareTo(TOLERATED) < 0
        ? Optional.empty()
        : Optional.of(
            "%s for rows of this run, %s so far"
                .formatted(
                    blocked.sessions() == 1
                        ? "1 session waits"
                        : blocked.sessions() + " sessions wait",
                    Figures.of(blocked.longest())));
  }
}
