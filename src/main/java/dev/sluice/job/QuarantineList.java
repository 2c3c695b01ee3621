package dev.sluice.job;

import dev.sluice.backfill.SetAsideRows;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.QuarantinedRow;
import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.Key;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Lists the rows that a run has set aside, as they are needed: there may be many. */
final class QuarantineList {

  private static final int BATCH = 1_000;

  private final SetAsideRows rows;
  private final LedgerEntry entry;
  private final DataMigration migration;
  private final RowContent content;

  QuarantineList(DataSource dataSource, LedgerEntry entry, DataMigration migration) {
    this.rows = new SetAsideRows(dataSource, migration, entry.run());
    this.content = new RowContent(dataSource, migration);
    this.entry = entry;
    this.migration = migration;
  }

  /**
   * Takes rows off the list first that need nothing more.
   *
   * @param withRows whether to read the rows, too
   * @param to gets each row, and its columns as a JSON object: null if not asked for, or gone
   */
  void each(boolean withRows, BiConsumer<QuarantinedRow, @Nullable String> to) {
    if (!ChangedMigration.is(entry, migration)) {
      rows.countLeft(); // by the guard that the run had
    }
    Key last = null;
    for (List<QuarantinedRow> batch = rows.after(null, BATCH);
        !batch.isEmpty();
        batch = rows.after(last, BATCH)) {
      Map<Key, String> contents =
          withRows ? content.of(batch.stream().map(QuarantinedRow::key).toList()) : Map.of();
      batch.forEach(row -> to.accept(row, contents.get(row.key())));
      last = batch.get(batch.size() - 1).key();
    }
  }
}
