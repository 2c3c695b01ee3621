package dev.sluice.job;

import dev.sluice.control.Quarantine;
import dev.sluice.control.UndoMethod;
import dev.sluice.control.UndoPlans;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.schema.ScriptReader;
import dev.sluice.schema.ScriptRunner;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is known of one run that matters to taking it back, as the database says now. */
final class RunUndo {

  private final JdbcTemplate jdbc;
  private final DataMigration migration;
  private final long run;
  private final ScriptRunner scripts;

  RunUndo(JdbcTemplate jdbc, DataMigration migration, long run, ScriptRunner scripts) {
    this.jdbc = jdbc;
    this.migration = migration;
    this.run = run;
    this.scripts = scripts;
  }

  /** How rows go back; null: expand was not over, no row has changed. */
  @Nullable UndoMethod method() {
    return plan().flatMap(UndoPlans.UndoPlan::method).orElse(null);
  }

  private Optional<UndoPlans.UndoPlan> plan() {
    return new UndoPlans(jdbc).find(migration.id(), run);
  }

  /** Whether old values are put back row by row. */
  boolean restoresRows() {
    UndoMethod method = method();
    return method == UndoMethod.JOURNAL || method == UndoMethod.SQL;
  }

  /**
   * Whether every row went back in an earlier launch: what comes after it has begun to take the
   * columns away, or to drop the journal. A script that an earlier run took back stands as begun
   * until expand runs again, which it does not where there is no file for it any more.
   */
  boolean isRestored() {
    boolean drops =
        migration.script(Script.Kind.EXPAND_UP).isPresent()
            && scripts.hasBegun(migration.id(), Script.Kind.EXPAND_DOWN);
    return drops || new UndoPlans(jdbc).isRestored(migration.id(), run);
  }

  /** To be called before the journal goes: from here on a missing one means that all is done. */
  void noteRestored() {
    new UndoPlans(jdbc).restored(migration.id(), run);
  }

  /** Rows in quarantine were never changed by the run, or are back with the others. */
  void forgetSetAside() {
    new Quarantine(jdbc, migration.id(), run).clear();
  }

  /** Whether old values were kept in a journal that is not there. */
  boolean lacksJournal() {
    return method() == UndoMethod.JOURNAL
        && new Catalog(jdbc).find(JournalTable.nameOf(migration.id())).isEmpty();
  }

  /** Empty: it is gone. */
  Optional<Table> table() {
    return new Catalog(jdbc).find(migration.table());
  }

  /** The script, if it has something to take back. */
  Optional<Script> toRun(Script.Kind down) {
    return migration
        .script(down)
        .filter(script -> scripts.hasBegun(migration.id(), down.opposite()));
  }

  /**
   * Columns that expand added and that {@code expand.down.sql} names: those that will go. Where
   * nobody noted what was there before, because an operator or another tool said that expand is
   * done, all that it drops.
   */
  List<Identifier> droppedColumns(Table table) {
    Optional<Script> script = toRun(Script.Kind.EXPAND_DOWN);
    if (script.isEmpty()) {
      return List.of();
    }
    List<Identifier> columns = table.columns().stream().map(Table.Column::name).toList();
    Optional<UndoPlans.UndoPlan> plan = plan();
    if (plan.isEmpty()) {
      return DroppedColumns.of(migration, script.get(), columns);
    }
    Set<Identifier> named = ScriptReader.names(script.get());
    List<Identifier> before = plan.get().columnsBefore();
    return columns.stream().filter(name -> named.contains(name) && !before.contains(name)).toList();
  }

  /** Why {@code expand.down.sql} may not run as it is; empty: it may, or has nothing to do. */
  Optional<String> dropsOldColumns() {
    return toRun(Script.Kind.EXPAND_DOWN)
        .flatMap(script -> plan())
        .flatMap(plan -> table().map(table -> stillThere(plan.columnsBefore(), table)))
        .flatMap(before -> DroppedColumns.refusal(migration, before));
  }

  private static List<Identifier> stillThere(List<Identifier> columns, Table table) {
    return columns.stream().filter(column -> table.column(column).isPresent()).toList();
  }

  boolean hasChangedRows() {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            "SELECT EXISTS (SELECT FROM sluice.partition WHERE migration_id = ? AND run = ?)",
            Boolean.class,
            migration.id().value(),
            run));
  }
}
