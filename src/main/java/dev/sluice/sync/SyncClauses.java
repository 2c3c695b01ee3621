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

  String emptied() {
    return each(
        rules.forward(),
        (i, rule) ->
            mayForbidNull(rule)
                ? ""
                : "    _kempty.%s := %s;\n"
                    .formatted(
                        rule.column().quoted(),
                        rules.defaults().getOrDefault(rule.column(), "NULL")));
  }

  /**
   * A domain's column takes no NULL by assignment, if the domain forbids it; the guard is asked
   * over NULLs of the type below then. Types with modifiers are treated so as well.
   */
  boolean mayForbidNull(Rule rule) {
    return !rules.defaults().containsKey(rule.column())
        && rules
            .table()
            .column(rule.column())
            .filter(column -> !column.type().equals(column.unboundedType()))
            .isPresent();
  }

  String guardOver(String row, String limit) {
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
            asTable(from),
            limit,
            into);
  }

  String asTable(String row) {
    boolean asItIs =
        !row.equals("_kempty") || rules.forward().stream().noneMatch(this::mayForbidNull);
    return "(SELECT %s) AS %s"
        .formatted(
            asItIs ? "(" + row + ").*" : emptyColumns() + " FROM (SELECT (" + row + ").*) AS _k",
            rules.table().name().name().quoted());
  }

  /** Those that the guard reads: another one may be dropped or renamed while the trigger stands. */
  String emptyColumns() {
    Set<Identifier> empty =
        rules.forward().stream()
            .filter(this::mayForbidNull)
            .map(Rule::column)
            .collect(Collectors.toSet());
    return rules.table().columns().stream()
        .filter(column -> rules.guardSources().contains(column.name()))
        .map(
            column ->
                (empty.contains(column.name()) ? "CAST(NULL AS %2$s) AS %1$s" : "_k.%1$s")
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
