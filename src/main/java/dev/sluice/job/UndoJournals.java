package dev.sluice.job;

import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.schema.UndoJournal;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Finds the undo journal of a migration. */
final class UndoJournals {

  private UndoJournals() {}

  /** For what waits for nobody. */
  static UndoJournal of(DataSource dataSource, DataMigration migration) {
    return of(
        dataSource,
        migration,
        duration -> {
          throw new IllegalStateException("nothing to wait for");
        });
  }

  /**
   * @throws IllegalStateException if the table is gone
   */
  static UndoJournal of(DataSource dataSource, DataMigration migration, Waiter waiter) {
    Table table = new Catalog(new JdbcTemplate(dataSource)).require(migration.table());
    return new UndoJournal(
        dataSource, waiter, ScriptSettings.DEFAULT, migration.id(), table(migration, table));
  }

  static JournalTable table(DataMigration migration, Table table) {
    return JournalTable.of(
        migration.id(), TableKey.of(table, migration.key()), migration.change().writtenColumns());
  }
}
