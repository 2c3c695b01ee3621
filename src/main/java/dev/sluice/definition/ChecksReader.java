package dev.sluice.definition;

import static dev.sluice.definition.DefinitionKeys.ROOT;

import dev.sluice.migration.Check;
import dev.sluice.migration.Checks;
import dev.sluice.migration.Identifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The user's checks: {@code checks.before}, {@code checks.after}, {@code checks.distribution}. */
final class ChecksReader {

  private static final Key CHECKS = ROOT.child("checks").orElseThrow();

  /** Reports and messages know a check by its name alone, before and after together. */
  private final Set<String> names = new HashSet<>();

  Checks read(Section root) {
    Section checks = root.section(ROOT, "checks");
    List<Identifier> distribution = checks.get("distribution", Columns::list);
    return new Checks(
        checks(checks, "before"),
        checks(checks, "after"),
        Objects.requireNonNullElse(distribution, List.of()));
  }

  private List<Check> checks(Section checks, String phase) {
    Value list = checks.get(phase).orElse(null);
    List<Check> found = new ArrayList<>();
    if (list == null) {
      return found;
    }
    Key keys = CHECKS.child(phase).orElseThrow();
    for (Value element : list.list("checks, like [{name: users exist, sql: SELECT ...}]")) {
      Check check = check(element, Section.of(element, keys));
      if (check == null) {
        continue;
      }
      if (names.add(check.name())) {
        found.add(check);
      } else {
        element.problem("two checks are called '%s'; names must differ.".formatted(check.name()));
      }
    }
    return found;
  }

  /** Null: wrong, and reported. */
  private static @Nullable Check check(Value element, Section check) {
    boolean notNull = check.has("not-null");
    boolean rowCount = check.has("row-count");
    boolean sql = check.has("name") || check.has("sql");
    if ((notNull ? 1 : 0) + (rowCount ? 1 : 0) + (sql ? 1 : 0) > 1) {
      element.problem(
          "%s has two checks in one entry; start a new entry for each.".formatted(element.path()));
      return null;
    }
    if (notNull) {
      List<Identifier> columns = check.get("not-null", Columns::list);
      return columns == null || columns.isEmpty() ? null : new Check.NotNull(columns);
    }
    if (rowCount) {
      return check.get("row-count", ChecksReader::rowCount);
    }
    String name = check.required("name", Value::text, "reports call the check by it");
    String query = check.required("sql", Value::sql, "a query that returns one boolean");
    return name == null || query == null ? null : new Check.Sql(name, query);
  }

  private static @Nullable Check rowCount(Value value) {
    if ("unchanged".equals(value.scalar())) {
      return new Check.RowCountUnchanged();
    }
    value.must("unchanged");
    return null;
  }
}
