package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Logs what failed for a passing reason while a user's code ran, and by whom. Not thread-safe. */
final class CodeAttempts implements LockRetry.Listener {
  private static final Logger log = LoggerFactory.getLogger(CodeAttempts.class);

  private final MigrationId id;
  private final String function;
  private final Blockers blockers;
  private @Nullable String failed;
  private boolean metAutovacuum;

  CodeAttempts(MigrationId id, String function, Blockers blockers) {
    this.id = id;
    this.function = function;
    this.blockers = blockers;
  }

  /** For one attempt of the code: which statement of it fails is not known otherwise. */
  JdbcTemplate on(DataSource session) {
    failed = null;
    return new JdbcTemplate(session) {
      @Override
      protected DataAccessException translateException(
          String task, @Nullable String sql, SQLException error) {
        failed = sql;
        return super.translateException(task, sql, error);
      }
    };
  }

  @Override
  public void failed(int attempt, Duration waited, Throwable error) {
    String found =
        failed == null ? "unknown" : blockers.of(new Step(1, failed, Isolation.TOGETHER));
    metAutovacuum = Blockers.hasAutovacuum(found);
    log.info(
        "code.retry migration={} code={} attempt={}/{} waited={}ms blockers={}: {}",
        id,
        function,
        attempt,
        ScriptSettings.DEFAULT.attempts(),
        waited.toMillis(),
        found,
        SqlStates.message(error));
  }

  /** Whether the last attempt found it in the way. */
  boolean metAutovacuum() {
    return metAutovacuum;
  }
}
