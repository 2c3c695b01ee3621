package dev.sluice.job;

import dev.sluice.control.Conflicts;
import dev.sluice.control.UndoMethod;
import dev.sluice.control.UndoPlans;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptReader;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
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
  private final Migration migration;
  private final long run;
  private final ScriptRunner scripts;
  private final Waiter waiter;

  Rollback(
      DataSource dataSource, Migration migration, long run, ScriptRunner scripts, Waiter waiter) {
    this.dataSource = dataSource;
    this.jdbc = new JdbcTemplate(dataSource);
    this.migration = migration;
    this.run = run;
    this.scripts = scripts;
    this.waiter = waiter;
  }

  /** How rows go back; empty: expand was not over, no row has changed. */
  Optional<UndoMethod> method() {
    return new UndoPlans(jdbc).find(migration.id(), run).flatMap(UndoPlans.UndoPlan::decided);
  }

  /** Whether old values are put back row by row. */
  boolean restoresRows() {
    return method()
        .filter(method -> method == UndoMethod.JOURNAL || method == UndoMethod.SQL)
        .isPresent();
  }

  void preflight() {
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
    if (!refusals.isEmpty()) {
      throw new RefusedException(migration.id(), refusals);
    }
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
            ? RestoreCheck.ofJournal(dataSource, waiter, table, journalTable(table)).refusals()
            : inverse(table).refusals();
    if (!refusals.isEmpty()) {
      throw new RefusedException(migration.id(), refusals);
    }
  }

  private RestoreCheck inverse(Table table) {
    TableKey key = TableKey.of(table, migration.key());
    if (migration.undo() instanceof Undo.Inverse inverse) {
      return RestoreCheck.ofExpressions(
          dataSource, waiter, table, key, migration.guardOrTrue(), inverse.expressions());
    }
    throw new IllegalStateException(migration.id() + " has no undo.sql to go back by");
  }

  /**
   * @param discardChanges whether values that the application wrote may go with their columns
   */
  void verify(boolean discardChanges) {
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

  private Optional<UndoJournal> journal() {
    if (method().filter(UndoMethod.JOURNAL::equals).isEmpty()) {
      return Optional.empty();
    }
    return new Catalog(jdbc).find(migration.table()).map(this::journal);
  }

  private UndoJournal journal(Table table) {
    return new UndoJournal(
        dataSource, waiter, ScriptSettings.DEFAULT, migration.id(), journalTable(table));
  }

  private JournalTable journalTable(Table table) {
    return JournalTable.of(
        migration.id(), TableKey.of(table, migration.key()), migration.change().writtenColumns());
  }
}
