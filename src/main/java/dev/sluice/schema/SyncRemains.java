package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SyncFunction;
import dev.sluice.postgres.SyncInserts;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A sync trigger whose end has come, or which is only looked at: known by the migration's id alone,
 * whatever its table is called by now.
 */
public final class SyncRemains {

  private static final Logger log = LoggerFactory.getLogger(SyncRemains.class);

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final LockRetry retry;
  private final Duration lockTimeout;
  private final MigrationId id;

  /**
   * @param waiter waited with between attempts to lock the table
   */
  public SyncRemains(
      DataSource dataSource, Waiter waiter, ScriptSettings settings, MigrationId id) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.retry = new LockRetry(waiter, settings);
    this.lockTimeout = settings.lockTimeout();
    this.id = id;
  }

  /** {@code sync trigger zz_sluice_0001_split_s on public.users}; empty: there is none. */
  public Optional<String> describe() {
    List<String> tables =
        jdbc.queryForList(
            """
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgfoid = to_regprocedure(?)
              AND t.tgparentid = 0
            ORDER BY 1
            """,
            String.class, SyncFunction.nameOf(id) + "()");
    Identifier trigger = SyncFunction.triggerOf(id);
    return tables.stream()
        .findFirst()
        .map(table -> "sync trigger %s on %s".formatted(trigger, table));
  }

  /**
   * The statement that ends it, and may run again. The triggers go with their functions; for that
   * it takes ACCESS EXCLUSIVE on the table, for milliseconds.
   */
  public String drop() {
    return "DROP FUNCTION IF EXISTS %s(), %s() CASCADE"
        .formatted(SyncFunction.nameOf(id), SyncInserts.functionOf(id));
  }

  /**
   * Runs {@link #drop} in a transaction of its own, again and again while the table is in use; with
   * what only the functions have used.
   */
  public void dropNow() {
    boolean there = describe().isPresent();
    retry.run(
        () ->
            transaction.executeWithoutResult(
                status -> {
                  jdbc.execute("SET LOCAL lock_timeout = '%dms'".formatted(lockTimeout.toMillis()));
                  jdbc.execute(drop());
                  jdbc.execute("DROP TABLE IF EXISTS " + SyncInserts.tableOf(id).quoted());
                }),
        (attempt, waited, error) ->
            log.info(
                "sync.retry migration={} attempt={} waited={}ms: {}",
                id,
                attempt,
                waited.toMillis(),
                ServerMessage.of(error)));
    if (there) {
      log.info("sync.dropped migration={}", id);
    }
  }
}
