package dev.sluice.throttle;

import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.postgres.StatsRights;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Clients of the whole server that execute a statement at this moment, sessions like ours left out:
 * of the same role and {@code application_name}.
 */
final class ActiveSessions implements Signal {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  @Override
  public String name() {
    return "active sessions";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return policy.load().activeSessions() > 0;
  }

  @Override
  public boolean concernsReading() {
    return true;
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
    UnreadableException.throwIfAny(StatsRights.of(jdbc).againstAllStats());
    long active =
        Objects.requireNonNull(
            jdbc.queryForObject(
                """
                SELECT count(*)
                FROM pg_stat_activity
                WHERE backend_type = 'client backend'
                  AND state IN ('active', 'fastpath function call')
                  AND NOT (usename = session_user
                           AND application_name = current_setting('application_name'))
                """,
                Long.class));
    return judge(active, policy.load().activeSessions());
  }

  static Optional<String> judge(long active, int limit) {
    return active > limit
        ? Optional.of("%d active sessions > %d".formatted(active, limit))
        : Optional.empty();
  }
}
