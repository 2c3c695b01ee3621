package dev.sluice.definition;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** SQL names in a definition: columns and tables. */
final class Columns {

  private Columns() {}

  /** At least one column, none twice; empty: wrong, and reported. */
  static List<Identifier> list(Value value) {
    List<Identifier> columns = new ArrayList<>();
    for (Value element : value.list("column names, like [id]")) {
      Identifier column = one(element);
      if (column != null && columns.contains(column)) {
        element.problem("%s names column '%s' twice.".formatted(value.path(), column));
      } else if (column != null) {
        columns.add(column);
      }
    }
    return columns;
  }

  static @Nullable Identifier one(Value value) {
    return parse(value, Identifier::parse);
  }

  static @Nullable TableName table(Value value) {
    return parse(value, TableName::parse);
  }

  private static <T> @Nullable T parse(Value value, Function<String, T> parser) {
    String text = value.text();
    if (text == null) {
      return null;
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      value.problem("%s: %s.".formatted(value.path(), e.getMessage()));
      return null;
    }
  }
}
