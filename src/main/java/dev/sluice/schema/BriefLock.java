package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A transaction of its own for what makes or drops something on a table in use: a trigger, a
 * function with its triggers, a table of ours.
 *
 * <p>It is over within the time of {@link LockLimit}, waits and work together, so nobody behind it
 * waits for 1 s, nor gets a deadlock error because of it. The statements are limited besides the
 * waits, because one on a partitioned table waits for each partition anew. Only an autovacuum in
 * the way is waited for longer.
 */
final class BriefLock {

  private static final Logger log = LoggerFactory.getLogger(BriefLock.class);

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final LockRetry retry;
  private final LockLimit limit;
  private final Blockers blockers;
  private final ScriptSettings settings;
  private final String event;
  private final MigrationId id;

  /**
   * @param waiter waited with between attempts
   * @param event what the trigger is for, as a failed attempt says in the log
   */
  BriefLock(
      DataSource dataSource, Waiter waiter, ScriptSettings settings, String event, MigrationId id) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.retry = new LockRetry(waiter, settings);
    this.limit = new LockLimit(settings);
    this.blockers = new Blockers(jdbc);
    this.settings = settings;
    this.event = event;
    this.id = id;
  }

  /** Runs {@code work} in a transaction, again and again while a table of it is in use. */
  void run(Consumer<Turn> work) {
    Turn turn = new Turn();
    retry.run(() -> once(turn, work), turn::failed);
  }

  /** The same, but tries it once. */
  void once(Consumer<Turn> work) {
    once(new Turn(), work);
  }

  private void once(Turn turn, Consumer<Turn> work) {
    transaction.executeWithoutResult(
        status -> {
          turn.keep = true;
          work.accept(turn);
          if (!turn.keep) {
            status.setRollbackOnly();
          }
        });
  }

  /** The transaction, as its work sees it. */
  final class Turn {
    private @Nullable String last;
    private boolean metAutovacuum;
    private boolean metNobody;
    private boolean keep = true;

    /** Sends it as it is: no parameters, no JDBC escapes. */
    void execute(String sql) {
      limited(sql, () -> PlainSql.execute(jdbc, sql));
    }

    /** A question that may take its time, and has the same limit. */
    boolean isTrue(String sql) {
      boolean[] answer = {false};
      limited(sql, () -> answer[0] = Boolean.TRUE.equals(jdbc.queryForObject(sql, Boolean.class)));
      return answer[0];
    }

    /** For what reads the catalog. */
    JdbcOperations jdbc() {
      return jdbc;
    }

    /** Nothing of it is to be. */
    void giveUp() {
      keep = false;
    }

    private void limited(String sql, Runnable statement) {
      last = sql;
      limit.set(jdbc, metAutovacuum);
      LockLimit.endStatement(
          jdbc, metNobody ? settings.statementTimeout() : limit.time(jdbc, metAutovacuum));
      try {
        statement.run();
      } catch (DataAccessException e) {
        if (SqlStates.of(e).filter(SqlStates.QUERY_CANCELED::equals).isEmpty()) {
          throw e;
        }
        throw new CannotAcquireLockException(
            "its time is over", new SQLTransientException(e.getMessage(), e));
      }
    }

    /**
     * Where nobody was in the way, it is the work that takes longer: of thousands of partitions.
     */
    private void failed(int attempt, Duration waited, Throwable error) {
      String found = last == null ? "unknown" : blockers.of(new Step(1, last, Isolation.TOGETHER));
      metAutovacuum = Blockers.hasAutovacuum(found);
      metNobody = found.equals(Blockers.NOBODY) && !SqlStates.isLockTimeout(error);
      log.info(
          "trigger.retry of={} migration={} attempt={}/{} waited={}ms blockers={}: {}",
          event,
          id,
          attempt,
          settings.attempts(),
          waited.toMillis(),
          found,
          ServerMessage.of(error));
    }
  }
}
