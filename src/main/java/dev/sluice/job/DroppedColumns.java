package dev.sluice.job;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.schema.ScriptReader;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@code expand.down.sql} takes away from the migration's table, as far as its words tell. */
final class DroppedColumns {

  private DroppedColumns() {}

  /** Of these columns: those that it drops, and the written ones that it mentions in any way. */
  static List<Identifier> of(DataMigration migration, Script down, List<Identifier> columns) {
    Set<Identifier> dropped = ScriptReader.droppedColumns(down, migration.table());
    Set<Identifier> named = ScriptReader.names(down);
    List<Identifier> written = migration.change().writtenColumns();
    return columns.stream()
        .filter(
            column ->
                dropped.contains(column) || (named.contains(column) && written.contains(column)))
        .toList();
  }

  /**
   * Why it may not run: {@code ADD COLUMN IF NOT EXISTS} added none of those that were there
   * before, and the DROP beside it would destroy them.
   *
   * @param before the table's columns before expand
   */
  static Optional<String> refusal(DataMigration migration, List<Identifier> before) {
    return migration
        .script(Script.Kind.EXPAND_DOWN)
        .map(down -> of(migration, down, before))
        .filter(old -> !old.isEmpty())
        .map(
            old ->
                ("expand.down.sql names column %s, which was there before expand.up.sql: a rollback"
                        + " would destroy what it held. Take it out of expand.down.sql.")
                    .formatted(Identifier.listed(old)));
  }
}
