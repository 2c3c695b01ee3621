package dev.sluice.job;

import dev.sluice.control.Conflicts;
import dev.sluice.control.UndoMethod;
import dev.sluice.control.UndoPlans;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptReader;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.UndoJournal;
import dev.sluice.validation.RefusedException;
import dev.sluice.validation.RestoreCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the steps of a rollback do beside the rows. Each may run again from any point. */
final class Rollback {

  private final DataSource dataSource;
  private final JdbcTemplate jdbc;
  private final DataMigration migration;
  private final long run;
  private final ScriptRunner scripts;
  private final Waiter waiter;
  private final boolean discardChanges;

  /**
   * @param discardChanges whether values that the application wrote may go with their columns
   */
  Rollback(
      DataSource dataSource,
      DataMigration migration,
      long run,
      ScriptRunner scripts,
      Waiter waiter,
      boolean discardChanges) {
    this.discardChanges = discardChanges;
    this.dataSource = dataSource;
    this.jdbc = new JdbcTemplate(dataSource);
    this.migration = migration;
    this.run = run;
    this.scripts = scripts;
    this.waiter = waiter;
  }

  /** How rows go back; empty: expand was not over, no row has changed. */
  Optional<UndoMethod> method() {
    return new UndoPlans(jdbc).find(migration.id(), run).flatMap(UndoPlans.UndoPlan::method);
  }

  /** Whether old values are put back row by row. */
  boolean restoresRows() {
    return method()
        .filter(method -> method == UndoMethod.JOURNAL || method == UndoMethod.SQL)
        .isPresent();
  }

  void preflight() {
    List<String> refusals = refusals();
    if (!refusals.isEmpty()) {
      throw new RefusedException(migration.id(), refusals);
    }
  }

  /** What speaks against it, known before the first change. */
  List<String> refusals() {
    List<String> refusals = new ArrayList<>();
    for (Script.Kind kind : List.of(Script.Kind.CONSTRAIN_DOWN, Script.Kind.EXPAND_DOWN)) {
      migration
          .script(kind)
          .ifPresent(
              script ->
                  ScriptReader.check(script).forEach(problem -> refusals.add(problem.toString())));
    }
    if (new Catalog(jdbc).find(migration.table()).isEmpty()) {
      refusals.add(
          "table %s is gone, with every row that could be put back.".formatted(migration.table()));
    }
    if (method().filter(UndoMethod.NONE::equals).isPresent()) {
      refusals.add("the run began with 'undo: none': nothing was kept that could be put back.");
    }
    if (method().isEmpty() && hasChangedRows()) {
      refusals.add(
          "the run was made before undo was built: nothing was kept that could be put back.");
    }
    if (method().filter(UndoMethod.SCHEMA::equals).isPresent() && !discardChanges) {
      refusals.add(
          ("expand.down.sql drops %s, with whatever the application has written there since."
                  + " Save what is needed, then run 'rollback %s --discard-changes'.")
              .formatted(migration.change().writtenColumns(), migration.id()));
    }
    return refusals;
  }

  private boolean hasChangedRows() {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            "SELECT EXISTS (SELECT FROM sluice.partition WHERE migration_id = ? AND run = ?)",
            Boolean.class,
            migration.id().value(),
            run));
  }

  /** Runs the script that takes another one back, if that one has run. */
  void takeBack(Script.Kind up, Script.Kind down) {
    if (scripts.hasBegun(migration.id(), up)) {
      migration.script(down).ifPresent(script -> scripts.run(migration.id(), script));
    }
  }

  /** New rows are no longer noted as born: none is changed any more. */
  void unsync() {
    journal().ifPresent(UndoJournal::stopNotingBornRows);
  }

  /** Refuses old values that the table no longer takes, before the first row goes back. */
  void preflightRestore() {
    Table table = new Catalog(jdbc).find(migration.table()).orElseThrow();
    List<String> refusals =
        method().filter(UndoMethod.JOURNAL::equals).isPresent()
            ? ofJournal(table).refusals()
            : inverse(table).refusals();
    if (!refusals.isEmpty()) {
      throw new RefusedException(migration.id(), refusals);
    }
  }

  private RestoreCheck ofJournal(Table table) {
    journal().ifPresent(UndoJournal::analyze);
    return RestoreCheck.ofJournal(dataSource, waiter, table, UndoJournals.table(migration, table));
  }

  private RestoreCheck inverse(Table table) {
    TableKey key = TableKey.of(table, migration.key());
    if (migration.undo() instanceof Undo.Inverse inverse) {
      return RestoreCheck.ofExpressions(
          dataSource, waiter, table, key, migration.guardOrTrue(), inverse.expressions());
    }
    throw new IllegalStateException(migration.id() + " has no undo.sql to go back by");
  }

  /** Refuses to drop what the application wrote. */
  void verify() {
    long conflicts = new Conflicts(jdbc).count(migration.id(), run);
    boolean drops =
        migration.script(Script.Kind.EXPAND_DOWN).isPresent()
            && scripts.hasBegun(migration.id(), Script.Kind.EXPAND_UP);
    if (conflicts > 0 && drops && !discardChanges) {
      throw new RefusedException(
          migration.id(),
          List.of(
              ("%d rows hold values that the application wrote, and expand.down.sql would drop"
                      + " them. They are listed in sluice.conflict. Save what is needed, then run"
                      + " 'rollback %s --discard-changes'.")
                  .formatted(conflicts, migration.id())));
    }
  }

  /** Takes the added columns back, and the journal last: until here nothing is lost. */
  void finish() {
    Optional<UndoJournal> journal = journal();
    takeBack(Script.Kind.EXPAND_UP, Script.Kind.EXPAND_DOWN);
    journal.ifPresent(UndoJournal::drop);
  }

  /** Also that of an expand that was not over: nobody knows how far it came. */
  private Optional<UndoJournal> journal() {
    boolean other = method().filter(method -> method != UndoMethod.JOURNAL).isPresent();
    return other ? Optional.empty() : Optional.of(UndoJournals.of(dataSource, migration, waiter));
  }
}
