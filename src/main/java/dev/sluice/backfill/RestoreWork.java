package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.List;
import javax.sql.DataSource;

/**
 * The way back by the undo journal: it is walked until it is empty. Its length is the number of
 * rows that the migration touched, however large the table is.
 */
final class RestoreWork implements Work {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final Table table;
  private final JournalTable journal;
  private final RestoreStatements statements;
  private final TableKey walked;

  /**
   * @param table the migration's
   * @param run which run's rows are put back
   */
  RestoreWork(
      DataSource dataSource, DataMigration migration, long run, Table table, JournalTable journal) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.table = table;
    this.journal = journal;
    this.walked = new TableKey(journal.name(), journal.key().columns());
    RowLock lock = RowLock.forWriting(table, journal.written());
    this.statements = new RestoreStatements(journal, migration.id(), run, lock);
  }

  @Override
  public Direction direction() {
    return Direction.BACK;
  }

  @Override
  public TableKey walked() {
    return walked;
  }

  @Override
  public String condition() {
    return "TRUE";
  }

  @Override
  public TableKey written() {
    return journal.key();
  }

  @Override
  public boolean stridesHelp() {
    return Strides.help(table, journal.written());
  }

  @Override
  public RowChange<?, ?> change() {
    return new JournalRestore(dataSource, walked, statements);
  }

  @Override
  public UnchangedRowsException unchanged(List<Key> keys, int count) {
    return UnchangedRowsException.notRestored(migration, keys, count);
  }

  @Override
  public RowRefusedException refused(Key key, RowFault fault) {
    return RowRefusedException.onTheWayBack(migration, key, fault);
  }
}
