package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.Waiter;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Makes and drops the undo journal of a migration, with the triggers that keep it true to the
 * table. Both are found as they are at a second call.
 */
public final class UndoJournal {

  private static final Logger log = LoggerFactory.getLogger(UndoJournal.class);

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final JournalTriggers triggers;
  private final MigrationId id;
  private final JournalTable journal;

  /**
   * @param waiter waited with between attempts to lock the table
   */
  public UndoJournal(
      DataSource dataSource,
      Waiter waiter,
      ScriptSettings settings,
      MigrationId id,
      JournalTable journal) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
    this.triggers = new JournalTriggers(dataSource, waiter, settings, id, journal);
    this.id = id;
    this.journal = journal;
  }

  /**
   * Makes the table, empty, with its columns typed as in the migration's own. Locks nothing that
   * the application uses but for reading.
   *
   * @throws IllegalStateException if it is there with other columns: the definition has changed
   *     since the run began
   */
  public void create() {
    Table existing = new Catalog(jdbc).find(journal.name()).orElse(null);
    if (existing != null) {
      requireSameColumns(existing);
      return;
    }
    transaction.executeWithoutResult(
        status -> {
          jdbc.execute(
              """
              CREATE TABLE %s AS
              SELECT %s, %s, NULL::bytea AS %s, FALSE AS %s
              FROM %s
              WITH NO DATA
              """
                  .formatted(
                      journal.name().quoted(),
                      journal.keyNames(),
                      journal.writtenNames(),
                      JournalTable.IMAGE,
                      JournalTable.BORN,
                      journal.key().table().quoted()));
          jdbc.execute(
              """
              ALTER TABLE %s
                ADD PRIMARY KEY (%s),
                ALTER COLUMN %s SET NOT NULL,
                ALTER COLUMN %3$s SET DEFAULT FALSE
              """
                  .formatted(journal.name().quoted(), journal.keyNames(), JournalTable.BORN));
        });
    log.info("undo.journal migration={} table={}", id, journal.name());
  }

  private void requireSameColumns(Table existing) {
    List<String> wanted =
        Stream.concat(
                journal.key().columns().stream().map(Table.Column::name),
                journal.written().stream())
            .map(Identifier::value)
            .sorted()
            .toList();
    List<String> found =
        existing.columns().stream()
            .map(column -> column.name().value())
            .filter(name -> !name.equals(JournalTable.IMAGE) && !name.equals(JournalTable.BORN))
            .sorted()
            .toList();
    if (!found.equals(wanted)) {
      throw new IllegalStateException(
          "the undo journal of the run keeps columns %s, the definition now needs %s. Put the definition back, or roll the run back first."
              .formatted(found, wanted));
    }
  }

  /**
   * From its commit on, every inserted row is noted as born: it never needed the change; and the
   * journal follows the keys, as with {@link #followKeys}. Waits for running writers, so that a row
   * is either visible to the walk that follows, or noted.
   */
  public void noteBornRows() {
    triggers.noteBornRows();
  }

  /**
   * From its commit on, a key that the application changes takes its journal row along: the row
   * would else keep our value and be in nobody's list. Where that cannot be had, it is logged, and
   * the run goes on: a rollback then counts such a row as gone.
   */
  public void followKeys() {
    triggers.followKeys();
  }

  /**
   * From here on no new row is noted. Keys are followed all the same, until the journal goes: a
   * rollback may come at any time.
   */
  public void stopNotingBornRows() {
    triggers.stopNotingBornRows();
  }

  /**
   * From here on keys are not followed either: every row is back, and what is dropped next must not
   * stand below a trigger of ours.
   */
  public void dropTriggers() {
    triggers.drop();
  }

  /** Forgets every old value. */
  public void drop() {
    triggers.drop();
    jdbc.execute("DROP TABLE IF EXISTS " + journal.name().quoted());
    log.info("undo.dropped migration={} table={}", id, journal.name());
  }

  /** Its plans are made for its real size: nothing else may have looked at it yet. */
  public void analyze() {
    jdbc.execute("ANALYZE " + journal.name().quoted());
  }
}
