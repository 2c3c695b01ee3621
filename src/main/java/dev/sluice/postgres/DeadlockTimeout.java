package dev.sluice.postgres;

import java.time.Duration;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How long a session waits for a lock before it looks for a deadlock: {@code deadlock_timeout}.
 *
 * <p>The victim of a deadlock is the session that looks first. A transaction of ours that is over
 * before any session that waits for it can look is therefore never the reason for an application's
 * 40P01.
 */
public final class DeadlockTimeout {

  private DeadlockTimeout() {}

  /**
   * The shortest in force: the server's, or one that is set for a role or a database of the
   * application.
   */
  public static Duration shortest(JdbcOperations jdbc) {
    Long millis =
        jdbc.queryForObject(
            """
            SELECT min(extract(epoch FROM value::interval) * 1000)::bigint
            FROM (SELECT current_setting('deadlock_timeout') AS value
                  UNION ALL
                  SELECT CASE WHEN v ~ '^[0-9]+$' THEN v || 'ms' ELSE v END
                  FROM pg_db_role_setting s,
                       unnest(s.setconfig) AS c,
                       substring(c FROM '^deadlock_timeout=(.*)$') AS v
                  WHERE v IS NOT NULL) AS settings
            """,
            Long.class);
    return Duration.ofMillis(millis == null ? 1000 : millis);
  }
}
