package dev.sluice.definition;

import dev.sluice.migration.Identifier;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;

/** A mapping of columns to SQL expressions. */
final class ExpressionsReader {

  private ExpressionsReader() {}

  /**
   * In the definition's order.
   *
   * @param eachColumn gets each column, and the place where it is named
   * @return null: an entry is wrong, and reported
   */
  static @Nullable Map<Identifier, String> read(
      Value value, BiConsumer<Value, Identifier> eachColumn) {
    if (!(value.node() instanceof MappingNode mapping) || mapping.getValue().isEmpty()) {
      value.must("a mapping of columns to SQL expressions");
      return null;
    }
    Map<Identifier, String> expressions = new LinkedHashMap<>();
    for (NodeTuple entry : mapping.getValue()) {
      Value columnValue = value.named(value.path(), entry.getKeyNode());
      Identifier column = Columns.one(columnValue);
      String name = column == null ? value.path() : value.path() + "." + column;
      String sql = value.named(name, entry.getValueNode()).sql();
      if (column == null) {
        continue;
      }
      eachColumn.accept(columnValue, column);
      String first = expressions.putIfAbsent(column, Objects.requireNonNullElse(sql, ""));
      if (first != null) {
        columnValue.problem("%s names column '%s' twice.".formatted(value.path(), column));
      }
    }
    boolean usable = !expressions.isEmpty() && !expressions.containsValue("");
    return usable ? expressions : null;
  }
}
