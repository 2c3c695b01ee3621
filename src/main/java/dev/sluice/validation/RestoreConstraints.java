package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The constraints of a table that old values must meet when they come back, from the catalog of
 * this moment.
 *
 * @param windows walk the table itself, or the journal of it
 * @param oldValues column to the SQL of the value that it gets back
 */
record RestoreConstraints(
    Windows windows, Table table, TableKey key, Map<Identifier, String> oldValues) {

  /**
   * A constraint that an UPDATE must meet.
   *
   * @param kind as a message calls it
   * @param violation SQL for "the row, as it would be, breaks it"
   */
  record Constraint(String kind, Identifier name, String violation) {}

  List<Constraint> all() {
    return Stream.of(checks(), foreignKeys(), uniqueIndexes()).flatMap(List::stream).toList();
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
                    (rs, row) -> check(rs.getString("conname"), rs.getString("expression")),
                    table.oid(),
                    positions()));
  }

  /** Over the row as it would be. */
  private Constraint check(String name, String expression) {
    String row =
        table.columns().stream()
            .map(column -> "%s AS %s".formatted(valueOf(column.name()), column.name().quoted()))
            .collect(Collectors.joining(", "));
    return new Constraint(
        "constraint",
        new Identifier(name),
        "EXISTS (SELECT FROM (SELECT %s) AS %s WHERE NOT (%s))"
            .formatted(row, key.table().name().quoted(), expression));
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
        "foreign key",
        new Identifier(name),
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
        "unique index",
        new Identifier(name),
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
}
