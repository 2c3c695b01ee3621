package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;

/**
 * Finds out, before the first row goes back, which old values the table no longer takes: too large
 * for a column's type, NULL where that is forbidden, against a CHECK, without a parent, or given to
 * another row by now. Reads only, in key windows.
 *
 * <p>Asked before {@code constrain.down.sql}, when a refusal still leaves everything as it is, and
 * after it, when what that drops is no obstacle any more.
 */
public final class RestoreCheck {

  private static final Duration WINDOW_MAX = Duration.ofMinutes(1);

  private final Windows windows;
  private final Table table;
  private final TableKey key;
  private final Map<Identifier, String> oldValues;
  private final UnaryOperator<String> restored;

  /**
   * @param walked which keys are gone through: the journal's, or the table's own
   * @param oldValues column to the SQL of the value that it gets back
   * @param restored SQL for "a row of {@code walked} goes back, and the condition holds for it"
   */
  private RestoreCheck(
      Windows walked,
      Table table,
      TableKey key,
      Map<Identifier, String> oldValues,
      UnaryOperator<String> restored) {
    this.windows = walked;
    this.table = table;
    this.key = key;
    this.oldValues = oldValues;
    this.restored = restored;
  }

  /** For old values in the undo journal. */
  public static RestoreCheck ofJournal(
      DataSource dataSource, Waiter waiter, Table table, JournalTable journal) {
    String name = journal.name().name().quoted();
    Map<Identifier, String> oldValues =
        journal.written().stream()
            .collect(Collectors.toMap(Function.identity(), column -> name + "." + column.quoted()));
    TableKey walked = new TableKey(journal.name(), journal.key().columns());
    return new RestoreCheck(
        new Windows(new Inspection(dataSource, WINDOW_MAX), walked, waiter),
        table,
        journal.key(),
        oldValues,
        condition ->
            "EXISTS (SELECT FROM %s WHERE %s AND %s.%s = %s AND (%s))"
                .formatted(
                    journal.key().table().quoted(),
                    journal.keyIs(name, journal.key()::column),
                    name,
                    JournalTable.IMAGE,
                    journal.image(),
                    condition));
  }

  /**
   * For old values that are computed.
   *
   * @param guard the definition's: rows that it does not cover go back
   */
  public static RestoreCheck ofExpressions(
      DataSource dataSource,
      Waiter waiter,
      Table table,
      TableKey key,
      String guard,
      Map<Identifier, String> expressions) {
    Map<Identifier, String> oldValues =
        expressions.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> "(" + entry.getValue() + "\n)"));
    return new RestoreCheck(
        new Windows(new Inspection(dataSource, WINDOW_MAX), key, waiter),
        table,
        key,
        oldValues,
        condition -> "(%s\n) IS NOT TRUE AND (%s)".formatted(guard, condition));
  }

  /**
   * One line a problem; empty: every row can go back.
   *
   * @param mayGo names that {@code constrain.down.sql} mentions while it has yet to run: what is
   *     called so may be no obstacle by then, and is asked about after it
   * @throws Waiter.StoppedException if an operator asks to stop
   */
  public List<String> refusals(Set<Identifier> mayGo) {
    Map<Identifier, String> asked = new LinkedHashMap<>(oldValues);
    asked.keySet().removeAll(mayGo);
    List<String> refusals = new ArrayList<>();
    asked.forEach((column, value) -> type(column, value).ifPresent(refusals::add));
    if (!refusals.isEmpty()) {
      return refusals; // what does not fit its type cannot be held against a constraint either
    }
    asked.forEach((column, value) -> notNull(column, value).ifPresent(refusals::add));
    new RestoreConstraints(windows, table, key, oldValues)
        .all().stream()
            .filter(constraint -> !mayGo.contains(constraint.name()))
            .forEach(constraint -> violated(constraint).ifPresent(refusals::add));
    return refusals;
  }

  private Optional<String> type(Identifier column, String value) {
    Table.Column now = column(column);
    String fits =
        "CAST(CAST(%s AS %s) AS text) IS DISTINCT FROM CAST(CAST(%s AS %s) AS text)"
            .formatted(
                value, now.unboundedType(), value, isText(now) ? now.type() : now.unboundedType());
    try {
      Windows.Matches cut = windows.count(restored.apply(fits));
      return cut.rows() == 0
          ? Optional.empty()
          : Optional.of(
              "%d rows had a longer value in column '%s' than %s takes now, keys %s. Widen the column first."
                  .formatted(
                      cut.rows(), column, now.type(), Evidence.listed(cut.keys(), cut.rows())));
    } catch (DataAccessException e) {
      ServerError error = ServerError.of(e).filter(ServerError::isAboutAValue).orElseThrow(() -> e);
      return Optional.of(
          "an old value of column '%s' does not fit %s: %s. This is the point of no return: widen the column first, or keep the change."
              .formatted(column, now.type(), error.textWithoutValues()));
    }
  }

  /** Only their casts shorten in silence; the others' are errors or rounding. */
  private static boolean isText(Table.Column column) {
    return column.unboundedType().startsWith("character")
        || column.unboundedType().equals("bpchar");
  }

  private Optional<String> notNull(Identifier column, String value) {
    if (!column(column).notNull()) {
      return Optional.empty();
    }
    Windows.Matches nulls = windows.count(restored.apply(value + " IS NULL"));
    return nulls.rows() == 0
        ? Optional.empty()
        : Optional.of(
            "%d rows had NULL in column '%s', which is NOT NULL now, keys %s. Drop NOT NULL in constrain.down.sql."
                .formatted(nulls.rows(), column, Evidence.listed(nulls.keys(), nulls.rows())));
  }

  private Optional<String> violated(RestoreConstraints.Constraint constraint) {
    Windows.Matches found = windows.count(restored.apply(constraint.violation()));
    return found.rows() == 0
        ? Optional.empty()
        : Optional.of(
            "the old values of %d rows violate %s '%s', keys %s. Drop it in constrain.down.sql, or correct those rows first."
                .formatted(
                    found.rows(),
                    constraint.kind(),
                    constraint.name(),
                    Evidence.listed(found.keys(), found.rows())));
  }

  private Table.Column column(Identifier name) {
    return table
        .column(name)
        .orElseThrow(() -> new IllegalStateException(table.name() + " has no column " + name));
  }
}
