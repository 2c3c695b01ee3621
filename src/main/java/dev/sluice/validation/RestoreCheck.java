package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>Asked after {@code constrain.down.sql}: what that drops is no obstacle.
 */
public final class RestoreCheck {

  private static final Duration WINDOW_MAX = Duration.ofMinutes(1);

  private final Windows windows;
  private final Table table;
  private final TableKey key;
  private final Map<Identifier, String> oldValues;
  private final UnaryOperator<String> restored;

  /** A constraint that an UPDATE must meet. */
  private record Constraint(String name, String sql) {}

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
   * @throws Waiter.StoppedException if an operator asks to stop
   */
  public List<String> refusals() {
    List<String> refusals = new ArrayList<>();
    oldValues.forEach((column, value) -> type(column, value).ifPresent(refusals::add));
    if (!refusals.isEmpty()) {
      return refusals; // what does not fit its type cannot be held against a constraint either
    }
    oldValues.forEach((column, value) -> notNull(column, value).ifPresent(refusals::add));
    checks()
        .forEach(check -> violated(check, "NOT (" + check.sql() + ")").ifPresent(refusals::add));
    foreignKeys().forEach(key -> violatedRaw(key).ifPresent(refusals::add));
    uniqueIndexes().forEach(index -> violatedRaw(index).ifPresent(refusals::add));
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

  /** {@code condition} is over the row as it would be. */
  private Optional<String> violated(Constraint constraint, String condition) {
    String row =
        table.columns().stream()
            .map(column -> "%s AS %s".formatted(valueOf(column.name()), column.name().quoted()))
            .collect(Collectors.joining(", "));
    return violatedRaw(
        new Constraint(
            constraint.name(),
            "EXISTS (SELECT FROM (SELECT %s) AS %s WHERE %s)"
                .formatted(row, key.table().name().quoted(), condition)));
  }

  private Optional<String> violatedRaw(Constraint violation) {
    Windows.Matches found = windows.count(restored.apply(violation.sql()));
    return found.rows() == 0
        ? Optional.empty()
        : Optional.of(
            "the old values of %d rows violate %s, keys %s. Drop it in constrain.down.sql, or correct those rows first."
                .formatted(
                    found.rows(), violation.name(), Evidence.listed(found.keys(), found.rows())));
  }

  private List<Constraint> checks() {
    return windows
        .inspection()
        .read(
            jdbc ->
                jdbc.query(
                    """
                    SELECT conname, pg_get_expr(conbin, conrelid) AS expression
                    FROM pg_constraint
                    WHERE conrelid = ?
                      AND contype = 'c'
                      AND conkey && ?
                    ORDER BY conname
                    """,
                    (rs, row) ->
                        new Constraint(
                            "constraint '%s'".formatted(rs.getString("conname")),
                            rs.getString("expression")),
                    table.oid(),
                    positions()));
  }

  /** Without a parent; a NULL in one of its columns needs none. */
  private List<Constraint> foreignKeys() {
    return windows
        .inspection()
        .read(
            jdbc ->
                jdbc.query(
                    """
                    SELECT conname, confrelid::regclass::text AS parent,
                           ARRAY(SELECT a.attname::text
                                 FROM unnest(conkey) WITH ORDINALITY AS k(number, place)
                                 JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = k.number
                                 ORDER BY k.place) AS columns,
                           ARRAY(SELECT quote_ident(a.attname)
                                 FROM unnest(confkey) WITH ORDINALITY AS k(number, place)
                                 JOIN pg_attribute a ON a.attrelid = confrelid AND a.attnum = k.number
                                 ORDER BY k.place) AS parent_columns
                    FROM pg_constraint
                    WHERE conrelid = ?
                      AND contype = 'f'
                      AND conkey && ?
                    ORDER BY conname
                    """,
                    (rs, row) -> {
                      String[] columns = (String[]) rs.getArray("columns").getArray();
                      String[] parents = (String[]) rs.getArray("parent_columns").getArray();
                      return orphan(
                          rs.getString("conname"), rs.getString("parent"), columns, parents);
                    },
                    table.oid(),
                    positions()));
  }

  private Constraint orphan(String name, String parent, String[] columns, String[] parents) {
    List<String> given = new ArrayList<>();
    List<String> matches = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      String value = valueOf(new Identifier(columns[i]));
      given.add(value + " IS NOT NULL");
      matches.add("_kparent.%s = %s".formatted(parents[i], value));
    }
    return new Constraint(
        "foreign key '%s'".formatted(name),
        "%s AND NOT EXISTS (SELECT FROM %s AS _kparent WHERE %s)"
            .formatted(String.join(" AND ", given), parent, String.join(" AND ", matches)));
  }

  /**
   * Held by another row that does not go back itself. Indexes on expressions, and partial ones, are
   * left to the restore.
   */
  private List<Constraint> uniqueIndexes() {
    return uniqueColumns().entrySet().stream()
        .filter(index -> index.getValue().stream().anyMatch(oldValues::containsKey))
        .map(index -> taken(index.getKey(), index.getValue()))
        .toList();
  }

  private Map<String, List<Identifier>> uniqueColumns() {
    Map<String, List<Identifier>> indexes = new LinkedHashMap<>();
    windows
        .inspection()
        .read(
            jdbc ->
                jdbc.query(
                    """
                    SELECT c.relname,
                           ARRAY(SELECT a.attname::text
                                 FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                                 WHERE k.place <= i.indnkeyatts
                                 ORDER BY k.place) AS columns
                    FROM pg_index i
                    JOIN pg_class c ON c.oid = i.indexrelid
                    WHERE i.indrelid = ?
                      AND i.indisunique
                      AND i.indexprs IS NULL
                      AND i.indpred IS NULL
                    ORDER BY c.relname
                    """,
                    (rs, row) -> {
                      String[] columns = (String[]) rs.getArray("columns").getArray();
                      return indexes.put(
                          rs.getString("relname"),
                          Arrays.stream(columns).map(Identifier::new).toList());
                    },
                    table.oid()));
    return indexes;
  }

  private Constraint taken(String name, List<Identifier> columns) {
    String same =
        columns.stream()
            .map(column -> "_kother.%s = %s".formatted(column.quoted(), valueOf(column)))
            .collect(Collectors.joining(" AND "));
    String otherKey =
        key.columns().stream()
            .map(
                column ->
                    "_kother.%s <> %s.%s"
                        .formatted(
                            column.name().quoted(),
                            key.table().name().quoted(),
                            column.name().quoted()))
            .collect(Collectors.joining(" OR "));
    return new Constraint(
        "unique index '%s'".formatted(name),
        "EXISTS (SELECT FROM %s AS _kother WHERE %s AND (%s) AND %s)"
            .formatted(key.table().quoted(), same, otherKey, stays("_kother")));
  }

  /** A row that is in the journal gives its value back, most likely. */
  private String stays(String row) {
    if (windows.key().table().equals(key.table())) {
      return "TRUE";
    }
    return "NOT EXISTS (SELECT FROM %s AS _kj WHERE %s)"
        .formatted(
            windows.key().table().quoted(),
            key.columns().stream()
                .map(
                    column ->
                        "_kj.%s = %s.%s"
                            .formatted(column.name().quoted(), row, column.name().quoted()))
                .collect(Collectors.joining(" AND ")));
  }

  private String valueOf(Identifier column) {
    return oldValues.getOrDefault(column, key.table().name().quoted() + "." + column.quoted());
  }

  private Short[] positions() {
    return table.columns().stream()
        .filter(column -> oldValues.containsKey(column.name()))
        .map(column -> (short) column.position())
        .toArray(Short[]::new);
  }

  private Table.Column column(Identifier name) {
    return table
        .column(name)
        .orElseThrow(() -> new IllegalStateException(table.name() + " has no column " + name));
  }
}
