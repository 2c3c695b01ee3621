package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The triggers that keep an undo journal true to the table.
 *
 * <p>One notes the rows that are inserted while a migration without a guard runs; it ends with the
 * run. The other one moves a journal row along with the key of its row, from before the first
 * change until the journal is dropped: without it a row whose key the application changes keeps our
 * value for ever, because the journal looks for it in vain, and nothing else tells our value from
 * one of the application's. It costs nothing but one comparison for an UPDATE that leaves the key
 * alone.
 *
 * <p>Their function runs inside the application's statements: as its owner, with a pinned search
 * path. ENABLE ALWAYS, because logical replication inserts and moves rows too. Making them takes
 * SHARE ROW EXCLUSIVE on the table, dropping them ACCESS EXCLUSIVE, each for milliseconds.
 */
final class JournalTriggers {

  private static final Logger log = LoggerFactory.getLogger(JournalTriggers.class);

  /** A run with a guard does not need the trigger to be right, so it does not insist. */
  private static final int ATTEMPTS_TO_FOLLOW = 5;

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final Waiter waiter;
  private final ScriptSettings settings;
  private final MigrationId id;
  private final JournalTable journal;
  private final JournalFunction function;

  JournalTriggers(
      DataSource dataSource,
      Waiter waiter,
      ScriptSettings settings,
      MigrationId id,
      JournalTable journal) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.waiter = waiter;
    this.settings = settings;
    this.id = id;
    this.journal = journal;
    this.function = new JournalFunction(jdbc, id, journal);
  }

  void noteBornRows() {
    new LockRetry(waiter, settings)
        .run(
            () ->
                underLock(
                    () -> {
                      jdbc.execute(function.definition(true));
                      create(insertTrigger(), "AFTER INSERT", "");
                      create(keyTrigger(), "AFTER UPDATE", keyChanges());
                    }),
            this::report);
    log.info("undo.born migration={} trigger={}", id, insertTrigger());
  }

  void followKeys() {
    if (!isOwnPlainTable()) {
      log.info(
          "undo.keys migration={} table={} is partitioned or of another owner: a key that changes"
              + " is not followed",
          id,
          journal.key().table());
      return;
    }
    try {
      new LockRetry(waiter, settings.withAttempts(ATTEMPTS_TO_FOLLOW))
          .run(
              () ->
                  underLock(
                      () -> {
                        jdbc.execute(function.definition(false));
                        create(keyTrigger(), "AFTER UPDATE", keyChanges());
                      }),
              this::report);
    } catch (DataAccessException e) {
      if (!SqlStates.isTransient(e)) {
        throw e;
      }
      log.warn(
          "undo.keys migration={} table={} is in use: a key that changes is not followed",
          id,
          journal.key().table());
    }
  }

  /**
   * Waits for nobody: where the trigger is in use it stays for now, and does nothing. The function
   * is replaced first, which takes no lock on the table.
   */
  void stopNotingBornRows() {
    if (!exists(insertTrigger())) {
      return;
    }
    jdbc.execute(function.definition(false));
    try {
      underLock(() -> drop(insertTrigger()));
    } catch (DataAccessException e) {
      if (!SqlStates.isTransient(e)) {
        throw e;
      }
      log.warn(
          "undo.trigger migration={} table={} is in use: trigger {} stays there and does nothing",
          id,
          journal.key().table(),
          insertTrigger());
    }
  }

  /** Nothing if they are gone already. */
  void drop() {
    new LockRetry(waiter, settings)
        .run(
            () ->
                underLock(
                    () -> {
                      drop(insertTrigger());
                      drop(keyTrigger());
                      jdbc.execute("DROP FUNCTION IF EXISTS %s()".formatted(function.name()));
                    }),
            this::report);
  }

  private void underLock(Runnable work) {
    transaction.executeWithoutResult(
        status -> {
          jdbc.execute(
              "SET LOCAL lock_timeout = '%dms'".formatted(settings.lockTimeout().toMillis()));
          work.run();
        });
  }

  private void create(Identifier trigger, String when, String condition) {
    if (!exists(trigger)) {
      jdbc.execute(
          "CREATE TRIGGER %s %s ON %s FOR EACH ROW %s EXECUTE FUNCTION %s()"
              .formatted(trigger.quoted(), when, tableName(), condition, function.name()));
      jdbc.execute(
          "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s".formatted(tableName(), trigger.quoted()));
    }
  }

  private void drop(Identifier trigger) {
    if (exists(trigger)) {
      jdbc.execute("DROP TRIGGER %s ON %s".formatted(trigger.quoted(), tableName()));
    }
  }

  private boolean exists(Identifier trigger) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT FROM pg_trigger
                           WHERE tgrelid = to_regclass(?) AND tgname = ? AND NOT tgisinternal)
            """,
            Boolean.class,
            tableName(),
            trigger.value()));
  }

  /** A row that moves between partitions is a DELETE and an INSERT to a trigger. */
  private boolean isOwnPlainTable() {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT pg_has_role(relowner, 'USAGE') AND relkind = 'r'
            FROM pg_class
            WHERE oid = to_regclass(?)
            """,
            Boolean.class,
            tableName()));
  }

  private void report(int attempt, Duration waited, Throwable error) {
    log.info(
        "undo.retry migration={} table={} attempt={} waited={}ms",
        id,
        journal.key().table(),
        attempt,
        waited.toMillis());
  }

  private String tableName() {
    return journal.key().table().quoted();
  }

  /** AFTER triggers fire in the order of their names: this one sees what the others left. */
  private Identifier insertTrigger() {
    return new Identifier("zz_sluice_" + id.value());
  }

  private Identifier keyTrigger() {
    return new Identifier("zz_sluice_" + id.value() + "_k");
  }

  /** Not for an UPDATE that leaves the key alone. */
  private String keyChanges() {
    return "WHEN ((%s) IS DISTINCT FROM (%s))"
        .formatted(each(", ", name -> "OLD." + name), each(", ", name -> "NEW." + name));
  }

  private String each(String separator, UnaryOperator<String> part) {
    return journal.key().columns().stream()
        .map(column -> part.apply(column.name().quoted()))
        .collect(Collectors.joining(separator));
  }
}
