package dev.sluice.validation;

import dev.sluice.control.UndoMethod;
import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Finds the application's own values in columns that {@code expand.down.sql} drops. Reads only, in
 * key windows.
 *
 * <p>NULL and the column's default are nobody's values: they come back when the column does. Of the
 * others, ours are those that the undo journal vouches for by their image; without a journal, those
 * that the definition computes for the row as it is now. So without a journal a row whose sources
 * have changed since counts as the application's too: nobody can tell, and nothing is dropped that
 * might be lost.
 */
public final class ApplicationValues {

  private static final Duration WINDOW_MAX = Duration.ofMinutes(1);

  private final Windows windows;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;
  private final Table table;
  private final List<HeldColumn> dropped;

  /**
   * @param transformer of a {@code transform:}; null for other changes, or where it is not loaded
   * @param dropped columns of the table that expand added and {@code expand.down.sql} names
   */
  public ApplicationValues(
      DataSource dataSource,
      Waiter waiter,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      Table table,
      List<Identifier> dropped) {
    Inspection inspection = new Inspection(dataSource, WINDOW_MAX);
    this.windows = new Windows(inspection, TableKey.of(table, migration.key()), waiter);
    this.migration = migration;
    this.transformer = transformer;
    this.table = table;
    this.dropped = HeldColumn.of(new JdbcTemplate(dataSource), inspection, table, dropped);
  }

  /**
   * One line a column that holds such values; empty: none does.
   *
   * @param method how the run goes back; null: it has changed no row
   * @throws Waiter.StoppedException if an operator asks to stop
   */
  public List<String> refusals(@Nullable UndoMethod method) {
    List<String> refusals = new ArrayList<>();
    for (HeldColumn column : dropped) {
      notOurs(column, method)
          .map(condition -> windows.count(condition))
          .filter(found -> found.rows() > 0)
          .ifPresent(found -> refusals.add(unwritten(column, found)));
    }
    if (method == UndoMethod.SCHEMA && !dropped.isEmpty()) {
      refusals.addAll(otherThanComputed());
    }
    return refusals;
  }

  /** Which rows hold a value there that is not of the run; the user's SQL in it as written. */
  private Optional<String> notOurs(HeldColumn column, @Nullable UndoMethod method) {
    if (method == null || !migration.change().writtenColumns().contains(column.name())) {
      return Optional.of(column.holds(table.name().quoted()));
    }
    return switch (method) {
      case JOURNAL -> Optional.of(notInJournal(column));
      case SCHEMA ->
          Optional.of(
              "(%s\n) AND %s"
                  .formatted(migration.guardOrTrue(), column.holds(table.name().quoted())));
      case SQL, NONE -> Optional.empty(); // what the inverse computes
    };
  }

  /** Also a value from before our change, which comes back and would then be dropped. */
  private String notInJournal(HeldColumn column) {
    JournalTable journal =
        JournalTable.of(migration.id(), windows.key(), migration.change().writtenColumns());
    // a scalar sub-select is an index probe a row, always; EXISTS may read the whole journal
    String ours =
        "(SELECT TRUE FROM %s AS _kj WHERE %s AND _kj.%s = %s AND %s) IS %s"
            .formatted(
                journal.name().quoted(),
                journal.keyIs("_kj", journal.key()::column),
                JournalTable.IMAGE,
                journal.image(),
                "%s",
                "%s");
    return "(%s AND %s) OR %s"
        .formatted(
            column.holds(table.name().quoted()),
            ours.formatted("TRUE", "NULL"),
            ours.formatted(column.holds("_kj"), "TRUE"));
  }

  /** Rows that the guard no longer covers are the run's, unless they hold something else. */
  private List<String> otherThanComputed() {
    List<Identifier> written = migration.change().writtenColumns();
    List<ComparedColumn> columns =
        written.stream()
            .flatMap(name -> dropped.stream().filter(c -> c.name().equals(name)))
            .map(HeldColumn::compared)
            .toList();
    Optional<Recompute> recompute = recompute(columns);
    if (columns.size() < written.size() || recompute.isEmpty()) {
      return List.of(
          "the values of %s cannot be computed again, so nobody can tell which of them the application wrote. %s"
              .formatted(Identifier.listed(written), wayOut()));
    }
    Tally tally = new Tally(columns.size());
    windows.each(recompute.get().windowRows(), window -> recompute.get().compare(window, tally));
    List<String> refusals = new ArrayList<>();
    if (!tally.failures().isEmpty()) {
      refusals.add(
          "the values of some rows cannot be computed again (%s), so nobody can tell whether the application wrote them. %s"
              .formatted(String.join(", ", tally.failures()), wayOut()));
    }
    for (int i = 0; i < columns.size(); i++) {
      if (tally.differences(i) > 0) {
        refusals.add(
            "%d rows of %s hold other values in column '%s' than the definition computes for them now, keys %s. %s"
                .formatted(
                    tally.differences(i),
                    table.name(),
                    columns.get(i).name(),
                    Evidence.listed(tally.keys(i), tally.differences(i)),
                    wayOut()));
      }
    }
    return refusals;
  }

  /** Empty: the transform is not loaded. */
  private Optional<Recompute> recompute(List<ComparedColumn> columns) {
    String holds =
        dropped.stream()
            .map(column -> column.qualified(table.name().quoted()) + " IS NOT NULL")
            .collect(Collectors.joining(" OR "));
    ChosenRows rows =
        new ChosenRows(
            windows,
            "(%s\n) IS NOT TRUE AND (%s)"
                .formatted(UserSql.forJdbc(migration.guardOrTrue()), holds));
    if (migration.change() instanceof Change.SetExpressions set) {
      List<String> values =
          set.expressions().values().stream()
              .map(expression -> "(\n" + UserSql.forJdbc(expression) + "\n)")
              .toList();
      return Optional.of(new SqlRecompute(rows, columns, values, null));
    }
    if (migration.change() instanceof Change.Transform transform && transformer != null) {
      List<String> reads =
          transform.read().stream()
              .map(name -> table.name().quoted() + "." + name.quoted())
              .toList();
      return Optional.of(
          new TransformRecompute(rows, columns, reads, transform, transformer, null));
    }
    return Optional.empty();
  }

  private String unwritten(HeldColumn column, Windows.Matches found) {
    return "%d rows of %s hold values in column '%s' that the run did not write, keys %s. %s"
        .formatted(
            found.rows(),
            table.name(),
            column.name(),
            Evidence.listed(found.keys(), found.rows()),
            wayOut());
  }

  private String wayOut() {
    return "expand.down.sql would drop them. Save what is needed, then run 'rollback %s --discard-changes'."
        .formatted(migration.id());
  }
}
