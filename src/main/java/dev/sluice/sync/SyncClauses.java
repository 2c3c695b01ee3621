package dev.sluice.sync;

import dev.sluice.migration.Identifier;
import dev.sluice.sync.SyncRules.Rule;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the statements of a sync trigger's function are put together from: questions and values over
 * one row, which is the name of a variable, and lines of which each rule gives one.
 *
 * <p>Guard and expressions stand there as in the definition, over a sub-select of the row under the
 * table's name.
 */
record SyncClauses(SyncRules rules) {

  Stream<String> flags() {
    return Stream.concat(flags("_kr", rules.reverse()), flags("_kf", rules.forward()));
  }

  static Stream<String> flags(String prefix, List<Rule> of) {
    return IntStream.rangeClosed(1, of.size()).mapToObj(i -> prefix + i);
  }

  static String any(Stream<String> flags) {
    return flags.collect(Collectors.joining(" OR "));
  }

  /** What stands in a written column that nobody has written yet. */
  enum Empty {
    /** What an INSERT leaves that does not name the column: NULL, if there is no DEFAULT. */
    DEFAULT,
    /** As in a row from before there was a DEFAULT, and in one that the application emptied. */
    NULL
  }

  /** Those that differ: one, as long as no column has a DEFAULT. */
  List<Empty> empties() {
    return rules.forward().stream().anyMatch(this::hasDefault)
        ? List.of(Empty.DEFAULT, Empty.NULL)
        : List.of(Empty.NULL);
  }

  /**
   * Statements that ask whether {@code _kempty} is in scope by its other columns alone. A guard
   * mostly asks for one of the two kinds of empty rows, and the DEFAULT may be the other: {@code
   * first_name IS NULL} is true of no row that an INSERT leaves.
   *
   * @param answer the variable that gets it, never NULL
   */
  String askOfEmpty(String answer) {
    return empties().stream()
        .map(
            empty ->
                "%s    %s := coalesce((%s), FALSE);\n"
                    .formatted(emptied(empty), answer, guardOverEmpty(empty, "")))
        .reduce(
            (first, second) ->
                "%s    IF NOT %s THEN\n%s    END IF;\n".formatted(first, answer, second))
        .orElseThrow();
  }

  String emptied(Empty empty) {
    return each(
        rules.forward(),
        (i, rule) ->
            isOfTheTypeBelow(rule, empty)
                ? ""
                : "    _kempty.%s := %s;\n"
                    .formatted(
                        rule.column().quoted(),
                        isNull(rule, empty) ? "NULL" : rules.defaults().get(rule.column())));
  }

  private boolean hasDefault(Rule rule) {
    return rules.defaults().containsKey(rule.column());
  }

  private boolean isNull(Rule rule, Empty empty) {
    return empty == Empty.NULL || !hasDefault(rule);
  }

  /**
   * A domain's column takes no NULL by assignment, if the domain forbids it; the guard is asked
   * over a NULL of the type below then. Types with modifiers are treated so as well.
   */
  private boolean isOfTheTypeBelow(Rule rule, Empty empty) {
    return isNull(rule, empty)
        && rules
            .table()
            .column(rule.column())
            .filter(column -> !column.type().equals(column.unboundedType()))
            .isPresent();
  }

  String guardOver(String row, String limit) {
    return guard("(" + row + ").*", limit);
  }

  /** Over {@code _kempty}, behind {@link #emptied}. */
  String guardOverEmpty(Empty empty, String limit) {
    Set<Identifier> below =
        rules.forward().stream()
            .filter(rule -> isOfTheTypeBelow(rule, empty))
            .map(Rule::column)
            .collect(Collectors.toSet());
    return guard(
        below.isEmpty() ? "(_kempty).*" : emptyColumns(below) + " FROM (SELECT (_kempty).*) AS _k",
        limit);
  }

  private String guard(String row, String limit) {
    return "SELECT (%s\n) FROM %s %s".formatted(rules.guard(), asTable(row), limit);
  }

  String values(List<Rule> of, String flag, String from, String into, String limit) {
    return "SELECT %s FROM %s %s INTO %s"
        .formatted(
            IntStream.rangeClosed(1, of.size())
                .mapToObj(
                    i ->
                        "CASE WHEN %1$s%2$d THEN (%3$s\n) END AS _k%2$d"
                            .formatted(flag, i, of.get(i - 1).expression()))
                .collect(Collectors.joining(", ")),
            asTable("(" + from + ").*"),
            limit,
            into);
  }

  private String asTable(String row) {
    return "(SELECT %s) AS %s".formatted(row, rules.table().name().name().quoted());
  }

  /** Those that the guard reads: another one may be dropped or renamed while the trigger stands. */
  private String emptyColumns(Set<Identifier> below) {
    return rules.table().columns().stream()
        .filter(column -> rules.guardSources().contains(column.name()))
        .map(
            column ->
                (below.contains(column.name()) ? "CAST(NULL AS %2$s) AS %1$s" : "_k.%1$s")
                    .formatted(column.name().quoted(), column.unboundedType()))
        .collect(Collectors.joining(", "));
  }

  static String assignments(List<Rule> of, String flag, String row, String values, boolean asked) {
    return each(
        of,
        (i, rule) -> {
          String assign = "%s.%s := %s._k%d;".formatted(row, rule.column().quoted(), values, i);
          return asked
              ? "  IF %s%d THEN %s END IF;\n".formatted(flag, i, assign)
              : "  " + assign + "\n";
        });
  }

  /** A line of a rule. */
  interface Line {
    String of(int number, Rule rule);
  }

  static String each(List<Rule> of, Line line) {
    return IntStream.rangeClosed(1, of.size())
        .mapToObj(i -> line.of(i, of.get(i - 1)))
        .collect(Collectors.joining());
  }
}
