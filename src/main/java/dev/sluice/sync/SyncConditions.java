package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Table;
import dev.sluice.sync.SyncRules.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When a sync trigger computes a column: plpgsql conditions over NEW and OLD that are never NULL,
 * and read no more of a row than they must.
 *
 * <p>What differs is compared by image: {@code =} takes citext Foo for foo, and some types have
 * none.
 */
final class SyncConditions {

  private final SyncRules rules;

  SyncConditions(SyncRules rules) {
    this.rules = rules;
  }

  /** A written column that the application left out of its INSERT, and nobody knows better. */
  String forwardOnInsert(Rule rule) {
    if (rules.readsWritten(rule)) {
      return "TRUE";
    }
    List<String> conditions = new ArrayList<>();
    conditions.add(isEmpty(rule.column()));
    rules.reverseOf(rule).forEach(number -> conditions.add("NOT _kr" + number));
    return String.join(" AND ", conditions);
  }

  /**
   * The application changed what the column is computed from, or whether the row is to be changed
   * at all, and wrote none of the columns that come from the same source: who writes one of them
   * writes the new shape, and leaves another as it is on purpose.
   */
  String forwardOnUpdate(Rule rule) {
    List<Identifier> causes = new ArrayList<>(rule.sources());
    rules.scopeColumns().stream().filter(name -> !causes.contains(name)).forEach(causes::add);
    if (rules.readsWritten(rule)) {
      return differ(causes);
    }
    return unwritten(rule) + " AND (" + changed(rule) + ")";
  }

  /** Of an UPDATE. What is computed from its own result is written by whoever writes its source. */
  String unwritten(Rule rule) {
    return rules.readsWritten(rule) ? "TRUE" : "NOT " + differ(rules.companions(rule));
  }

  /** Of our own UPDATE, which writes no source but one that is changed in place. */
  String anySourceChanged() {
    return differ(rules.forward().stream().flatMap(this::sourcesOf).distinct().toList());
  }

  /** Of our own UPDATE: whether what it wrote was computed from something else. */
  String isOutdated(Rule rule) {
    return differ(sourcesOf(rule).toList())
        + " AND (%s OR %s)".formatted(differ(List.of(rule.column())), isEmpty(rule.column()));
  }

  private Stream<Identifier> sourcesOf(Rule rule) {
    return rule.sources().stream().filter(name -> !rules.written().contains(name));
  }

  /** Of an UPDATE: whether the application writes the new shape. */
  String anyWritten() {
    return differ(rules.written());
  }

  /**
   * Of an UPDATE that writes the new shape of a row which was not reached: whether the column is
   * still to be computed. Who gave it a value before, alone, meant that too.
   */
  String isLeftOut(Rule rule) {
    String unchanged = "NOT " + differ(List.of(rule.column()));
    return rules.readsWritten(rule) ? unchanged : unchanged + " AND " + isEmpty(rule.column());
  }

  /** Of an UPDATE: whether a source of the column has just gone. */
  String isSetToNull(Rule rule) {
    return rule.sources().isEmpty()
        ? "FALSE"
        : rule.sources().stream()
            .map(name -> "OLD.%1$s IS NOT NULL AND NEW.%1$s IS NULL".formatted(name.quoted()))
            .collect(Collectors.joining(" OR ", "(", ")"));
  }

  private String changed(Rule rule) {
    List<Identifier> scope =
        rules.scopeColumns().stream().filter(name -> !rule.sources().contains(name)).toList();
    String source = differ(rule.sources());
    return scope.isEmpty()
        ? source
        : "%s OR (%s AND %s)".formatted(source, differ(scope), isEmpty(rule.column()));
  }

  /** Of an INSERT: whether the application gave what the column is computed from. */
  String hasItsSource(Rule rule) {
    return rule.sources().stream()
            .map(name -> "NOT " + isEmpty(name))
            .collect(Collectors.joining(" OR ", "(", ")"))
        + rules.reverseOf(rule).stream()
            .map(number -> " AND NOT _kr" + number)
            .collect(Collectors.joining());
  }

  /** An old column that the application left out, while it gave a new one. */
  String reverseOnInsert(Rule rule) {
    return isEmpty(rule.column())
        + rules.newSources(rule).stream()
            .map(name -> "NOT " + isEmpty(name))
            .collect(Collectors.joining(" OR ", " AND (", ")"));
  }

  /** A new column was written and the old one not. */
  String reverseOnUpdate(Rule rule) {
    return "NOT %s AND %s"
        .formatted(differ(List.of(rule.column())), differ(rules.newSources(rule)));
  }

  private String isEmpty(Identifier column) {
    return isEmpty("NEW." + column.quoted(), rules.defaults().get(column), rules.table(), column);
  }

  /**
   * @param initial SQL for what the column holds where an INSERT does not name it; null: nothing
   */
  static String isEmpty(String value, @Nullable String initial, Table table, Identifier column) {
    return initial == null
        ? "(%s IS NULL)".formatted(value)
        : "(%1$s IS NULL OR record_image_eq(ROW(%1$s), ROW(CAST((%2$s) AS %3$s))))"
            .formatted(value, initial, type(table, column));
  }

  String type(Identifier column) {
    return type(rules.table(), column);
  }

  private static String type(Table table, Identifier column) {
    return table
        .column(column)
        .orElseThrow(() -> new IllegalStateException("no column " + column))
        .type();
  }

  private static String differ(List<Identifier> columns) {
    return columns.isEmpty()
        ? "FALSE"
        : "record_image_ne(ROW(%s), ROW(%s))".formatted(of("OLD", columns), of("NEW", columns));
  }

  static String of(String row, List<Identifier> columns) {
    return columns.stream()
        .map(column -> row + "." + column.quoted())
        .collect(Collectors.joining(", "));
  }
}
