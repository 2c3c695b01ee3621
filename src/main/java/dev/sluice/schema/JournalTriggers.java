package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The triggers that keep an undo journal true to the table.
 *
 * <p>One notes the rows that are inserted while a migration without a guard runs; it ends with the
 * run. The other one moves a journal row along with the key of its row, from before the first
 * change until the journal is dropped: without it a row whose key the application changes keeps our
 * value for ever, because the journal looks for it in vain, and nothing else tells our value from
 * one of the application's ({@link KeyTrigger}).
 *
 * <p>Their function runs inside the application's statements: as its owner, with a pinned search
 * path. Making them takes SHARE ROW EXCLUSIVE on the table, dropping them ACCESS EXCLUSIVE, each
 * for milliseconds.
 */
final class JournalTriggers {

  private static final Logger log = LoggerFactory.getLogger(JournalTriggers.class);

  /** A run with a guard does not need the trigger to be right, so it does not insist. */
  private static final int ATTEMPTS_TO_FOLLOW = 5;

  private final JdbcTemplate jdbc;
  private final BriefLock lock;
  private final BriefLock lockToFollow;
  private final MigrationId id;
  private final JournalTable journal;
  private final JournalFunction function;
  private final TableTrigger born;
  private final KeyTrigger keys;

  JournalTriggers(
      DataSource dataSource,
      Waiter waiter,
      ScriptSettings settings,
      MigrationId id,
      JournalTable journal) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.lock = new BriefLock(dataSource, waiter, settings, "undo", id);
    this.lockToFollow =
        new BriefLock(dataSource, waiter, settings.withAttempts(ATTEMPTS_TO_FOLLOW), "undo", id);
    this.id = id;
    this.journal = journal;
    this.function = new JournalFunction(jdbc, id, journal);
    // AFTER triggers fire in the order of their names: these see what the others left
    Identifier name = new Identifier("zz_sluice_" + id.value());
    this.born = new TableTrigger(name, journal.key().table(), function.name());
    this.keys = new KeyTrigger(id, journal, function);
  }

  void noteBornRows() {
    lock.run(
        turn -> {
          turn.execute(function.definition(true));
          born.make(turn, "AFTER INSERT", "");
          keys.make(turn);
        });
    log.info("undo.born migration={} trigger={}", id, born.name());
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
      lockToFollow.run(
          turn -> {
            turn.execute(function.definition(false));
            keys.make(turn);
          });
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
    if (!born.exists(jdbc)) {
      return;
    }
    jdbc.execute(function.definition(false));
    try {
      lock.once(born::drop);
    } catch (DataAccessException e) {
      if (!SqlStates.isTransient(e)) {
        throw e;
      }
      log.warn(
          "undo.trigger migration={} table={} is in use: trigger {} stays there and does nothing",
          id,
          journal.key().table(),
          born.name());
    }
  }

  /** Nothing if they are gone already. */
  void drop() {
    lock.run(
        turn -> {
          born.drop(turn);
          keys.drop(turn);
          turn.execute("DROP FUNCTION IF EXISTS %s()".formatted(function.name()));
        });
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

  private String tableName() {
    return journal.key().table().quoted();
  }
}
