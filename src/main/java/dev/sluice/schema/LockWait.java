package dev.sluice.schema;

import java.time.Duration;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How long a statement may wait for the lock on a table: as long is the application held up behind
 * it.
 *
 * <p>Less than a second by default. Where a vacuum holds a table it is longer, because the server
 * cancels an autovacuum that is in the way, but not before the wait has lasted for its {@code
 * deadlock_timeout}, 1 s by default. A shorter wait would never get past a long autovacuum.
 */
final class LockWait {
  private static final Duration BEHIND_A_VACUUM = Duration.ofMillis(1500);

  private LockWait() {}

  /**
   * Reads the lock table, which any role may; takes no lock. What VACUUM, ANALYZE and work on an
   * index CONCURRENTLY hold looks alike.
   */
  static Duration now(JdbcOperations jdbc, ScriptSettings settings) {
    boolean vacuum =
        Objects.requireNonNull(
            jdbc.queryForObject(
                """
                SELECT EXISTS (SELECT
                               FROM pg_catalog.pg_locks
                               WHERE locktype = 'relation'
                                 AND mode = 'ShareUpdateExclusiveLock'
                                 AND granted
                                 AND pid <> pg_catalog.pg_backend_pid()
                                 AND database = (SELECT oid
                                                 FROM pg_catalog.pg_database
                                                 WHERE datname = pg_catalog.current_database()))
                """,
                Boolean.class));
    Duration usual = settings.lockTimeout();
    return vacuum && usual.compareTo(BEHIND_A_VACUUM) < 0 ? BEHIND_A_VACUUM : usual;
  }
}
