package dev.sluice.job;

import dev.sluice.control.UndoMethod;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.Waiter;
import dev.sluice.validation.RestoreForecast;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** What a rollback would do, as of now. Changes nothing. */
final class RollbackForecast {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final RunUndo undo;
  private final Waiter waiter;

  RollbackForecast(DataSource dataSource, DataMigration migration, RunUndo undo, Waiter waiter) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.undo = undo;
    this.waiter = waiter;
  }

  /** In the order in which it would happen. The table must be there. */
  List<String> lines() {
    Table table = undo.table().orElseThrow();
    List<String> lines = new ArrayList<>();
    undo.toRun(Script.Kind.CONSTRAIN_DOWN)
        .ifPresent(script -> lines.add("would run " + script.file()));
    if (!undo.isRestored()) {
      lines.addAll(rows(table));
    }
    undo.toRun(Script.Kind.EXPAND_DOWN)
        .ifPresent(script -> lines.add("would run " + script.file() + drops(table)));
    return lines;
  }

  private List<String> rows(Table table) {
    UndoMethod method = undo.method();
    if (method == null) {
      return List.of("no row has changed, none would be put back");
    }
    return switch (method) {
      case JOURNAL -> byJournal(table);
      case SQL ->
          List.of(
              "would put back every row of %s that is outside the guard, by undo.sql: %s"
                  .formatted(table.name(), written()));
      case SCHEMA ->
          List.of("no row would be put back: every written column (%s) goes".formatted(written()));
      case NONE -> List.of();
    };
  }

  private List<String> byJournal(Table table) {
    UndoJournals.of(dataSource, migration, waiter).analyze();
    RestoreForecast found =
        RestoreForecast.of(dataSource, waiter, UndoJournals.table(migration, table));
    List<String> lines = new ArrayList<>();
    lines.add(
        "would put back %,d rows of %s from the undo journal: %s"
            .formatted(found.back(), table.name(), written()));
    if (found.left() > 0) {
      lines.add(
          "would leave %,d rows as they are, which the application has written since: keys %s"
              .formatted(found.left(), found.leftKeysListed()));
    }
    if (found.gone() > 0) {
      lines.add(RollbackSummary.gone(found.gone()));
    }
    return lines;
  }

  private String written() {
    return listed(migration.change().writtenColumns());
  }

  private String drops(Table table) {
    List<Identifier> dropped = undo.droppedColumns(table);
    return dropped.isEmpty() ? "" : ", which drops " + listed(dropped);
  }

  private static String listed(List<Identifier> columns) {
    return columns.stream().map(Identifier::toString).collect(Collectors.joining(", "));
  }
}
