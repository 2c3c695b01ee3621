package dev.sluice.validation;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.GeneratedColumn;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The undo journal of the run that is verified, and the SQL fragments that read it: which rows the
 * run visited, what they held before, and the image of what it left there.
 *
 * <p>A row of it is called {@code _kj}, and all its columns have names of ours: in the journal
 * itself they are named as in the table, and a user's expression would find two of each.
 *
 * @param table whose rows the run changed
 * @param windows walks the journal by its key
 * @param generated columns of the table that depend on written ones
 * @param retyped written columns that have another type now: no image of them can be compared
 */
record Journal(
    Table table,
    JournalTable kept,
    Windows windows,
    List<GeneratedColumn> generated,
    List<Identifier> retyped) {

  Journal {
    generated = List.copyOf(generated);
    retyped = List.copyOf(retyped);
  }

  /** Its rows with keys of that range, as an item of FROM; with the range's arguments. */
  String rows(KeyRange window) {
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < windows.key().width(); i++) {
      columns.add("%s AS %s".formatted(windows.key().column(i), TableKey.alias(i)));
    }
    for (Identifier written : kept.written()) {
      columns.add("%s.%s AS %s".formatted(kept.name().quoted(), written.quoted(), alias(written)));
    }
    return """
        (SELECT %s, %s, %s, xmin AS _kxmin
         FROM %s
         WHERE %s) AS _kj"""
        .formatted(
            String.join(", ", columns),
            JournalTable.IMAGE,
            JournalTable.BORN,
            kept.name().quoted(),
            windows.key().inRange(window));
  }

  private String alias(Identifier written) {
    return "_ko" + (kept.written().indexOf(written) + 1);
  }

  /** The condition that a row of the table is that of the journal. */
  String sameKey() {
    return IntStream.range(0, kept.key().width())
        .mapToObj(i -> "%s = _kj.%s".formatted(kept.key().column(i), TableKey.alias(i)))
        .collect(Collectors.joining(" AND "));
  }

  /**
   * The condition that a row of the table holds what the run left there, and nothing else: NULL or
   * false for a born one.
   */
  String isOurs() {
    return "%s = _kj.%s AND NOT _kj.%s"
        .formatted(kept.image(), JournalTable.IMAGE, JournalTable.BORN);
  }

  /** Whether an expression that reads these columns reads something of what the run wrote. */
  boolean concerns(List<Identifier> read) {
    return read.stream()
        .anyMatch(
            name ->
                kept.written().contains(name)
                    || generated.stream().anyMatch(column -> column.name().equals(name)));
  }

  /** The table's row of now, its columns as {@code _kc1}, {@code _kc2}. */
  String columnsOfNow() {
    return IntStream.range(0, table.columns().size())
        .mapToObj(i -> "%s AS _kc%d".formatted(ofTable(table.columns().get(i)), i + 1))
        .collect(Collectors.joining(", "));
  }

  private String ofTable(Table.Column column) {
    return table.name().quoted() + "." + column.name().quoted();
  }

  /**
   * The row as it was, as an item of FROM under the table's name: old values in the written
   * columns, what is generated from those computed again, {@link #columnsOfNow} of {@code _know}
   * elsewhere.
   */
  String oldRow() {
    String old = "(%s) AS %s".formatted(select(this::oldValue), oldName());
    return generated.isEmpty()
        ? old
        : "(%s FROM %s) AS %s".formatted(select(this::generatedValue), old, oldName());
  }

  /** A sub-select has no schema. */
  private String oldName() {
    return table.name().name().quoted();
  }

  private String select(Function<Table.Column, String> value) {
    // all of them in their order: a whole row may be what the expression reads
    return table.columns().stream()
        .map(column -> "%s AS %s".formatted(value.apply(column), column.name().quoted()))
        .collect(Collectors.joining(", ", "SELECT ", ""));
  }

  private String oldValue(Table.Column column) {
    return kept.written().contains(column.name())
        ? "_kj." + alias(column.name())
        : "_know._kc" + (table.columns().indexOf(column) + 1);
  }

  /** Over {@link #oldValue old values}, which stand one level below. */
  private String generatedValue(Table.Column column) {
    return generated.stream()
        .filter(candidate -> candidate.name().equals(column.name()))
        .findFirst()
        .map(
            found ->
                "CAST((%s) AS %s)".formatted(UserSql.forJdbc(found.expression()), column.type()))
        .orElse(oldName() + "." + column.name().quoted());
  }
}
