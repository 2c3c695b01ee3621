package dev.sluice.job;

import dev.sluice.control.UndoMethod;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptReader;
import dev.sluice.validation.ApplicationValues;
import dev.sluice.validation.RestoreCheck;
import dev.sluice.validation.SyncDependents;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** What speaks against taking a run back. Changes nothing. */
final class RollbackChecks {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;
  private final RunUndo undo;
  private final Waiter waiter;

  /**
   * @param transformer of a {@code transform:}; null for other changes
   */
  RollbackChecks(
      DataSource dataSource,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      RunUndo undo,
      Waiter waiter) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.transformer = transformer;
    this.undo = undo;
    this.waiter = waiter;
  }

  /**
   * Known without looking at a row.
   *
   * @param begun whether this rollback has begun: only then may a missing journal mean that it has
   *     done its work
   */
  List<String> ofTheRun(boolean begun) {
    List<String> refusals = new ArrayList<>();
    for (Script.Kind kind : List.of(Script.Kind.CONSTRAIN_DOWN, Script.Kind.EXPAND_DOWN)) {
      migration
          .script(kind)
          .ifPresent(
              script ->
                  ScriptReader.check(script).forEach(problem -> refusals.add(problem.toString())));
    }
    if (undo.table().isEmpty()) {
      refusals.add(
          "table %s is gone, with every row that could be put back.".formatted(migration.table()));
    }
    undo.dropsOldColumns().ifPresent(refusals::add);
    undo.table()
        .map(table -> syncDependents(table, undo.droppedColumns(table)))
        .ifPresent(refusals::addAll);
    UndoMethod method = undo.method();
    if (method == UndoMethod.NONE) {
      refusals.add("the run began with 'undo: none': nothing was kept that could be put back.");
    }
    if (undo.lacksJournal() && !(begun && undo.isRestored())) {
      refusals.add(
          ("its undo journal %s is gone, and with it the old values of every row. Restore that"
                  + " table from a backup; or change the rows back by other means, and say so with"
                  + " 'force %s rolled_back'.")
              .formatted(JournalTable.nameOf(migration.id()), migration.id()));
    }
    if (method == null && undo.hasChangedRows()) {
      refusals.add(
          "the run was made before undo was built: nothing was kept that could be put back.");
    }
    return refusals;
  }

  private List<String> syncDependents(Table table, List<Identifier> dropped) {
    return new SyncDependents(new JdbcTemplate(dataSource))
        .refusals(migration.id(), table, dropped, "expand.down.sql");
  }

  /**
   * Old values that the table does not take. Walks the journal once a column and constraint.
   *
   * <p>Asked before {@code constrain.down.sql}, when a refusal leaves everything as it is; what
   * that script mentions is no obstacle then. And after it, before the first row goes back.
   */
  List<String> ofOldValues() {
    Optional<Table> table = undo.table();
    if (table.isEmpty() || !undo.restoresRows() || undo.isRestored()) {
      return List.of();
    }
    Set<Identifier> mayGo =
        undo.toRun(Script.Kind.CONSTRAIN_DOWN).map(ScriptReader::names).orElse(Set.of());
    return (undo.method() == UndoMethod.JOURNAL ? ofJournal(table.get()) : inverse(table.get()))
        .refusals(mayGo);
  }

  private RestoreCheck ofJournal(Table table) {
    UndoJournals.of(dataSource, migration, waiter).analyze();
    return RestoreCheck.ofJournal(dataSource, waiter, table, UndoJournals.table(migration, table));
  }

  private RestoreCheck inverse(Table table) {
    if (migration.undo() instanceof Undo.Inverse inverse) {
      TableKey key = TableKey.of(table, migration.key());
      return RestoreCheck.ofExpressions(
          dataSource, waiter, table, key, migration.guardOrTrue(), inverse.expressions());
    }
    throw new IllegalStateException(migration.id() + " has no undo.sql to go back by");
  }

  /** Values of the application in columns that are to be dropped. Walks the table. */
  List<String> ofDroppedValues() {
    Optional<Table> table = undo.table();
    if (table.isEmpty() || undo.isRestored()) {
      return List.of();
    }
    List<Identifier> dropped = undo.droppedColumns(table.get());
    if (dropped.isEmpty()) {
      return List.of();
    }
    try {
      return new ApplicationValues(dataSource, waiter, migration, transformer, table.get(), dropped)
          .refusals(undo.method());
    } catch (DataAccessException e) {
      ServerError error =
          ServerError.of(e).filter(ServerError::isAboutTheStatement).orElseThrow(() -> e);
      return List.of(
          ("expand.down.sql drops column %s, and it cannot be told which values in it the"
                  + " application wrote: %s. Put back what the definition names; or, if they may go,"
                  + " repeat it with --discard-changes.")
              .formatted(Identifier.listed(dropped), error.text()));
    }
  }
}
