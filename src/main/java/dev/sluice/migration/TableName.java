package dev.sluice.migration;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table as a definition names it.
 *
 * @param schema null: found by the connection's {@code search_path}
 */
public record TableName(@Nullable Identifier schema, Identifier name) {

  /**
   * Reads {@code users}, {@code app.users} or {@code "App"."Order"}.
   *
   * @throws IllegalArgumentException if {@code sql} is no such name; the message says why
   */
  public static TableName parse(String sql) {
    List<Identifier> parts = Identifier.parseQualified(sql);
    return switch (parts.size()) {
      case 1 -> new TableName(null, parts.get(0));
      case 2 -> new TableName(parts.get(0), parts.get(1));
      default ->
          throw new IllegalArgumentException(
              "'" + sql + "' has " + parts.size() + " parts, at most schema.table is wanted");
    };
  }

  public Optional<Identifier> schemaIfGiven() {
    return Optional.ofNullable(schema);
  }

  /** Quoted, and qualified if the definition qualified it. */
  public String quoted() {
    return schema == null ? name.quoted() : schema.quoted() + "." + name.quoted();
  }

  /** The bare name, for messages. */
  @Override
  public String toString() {
    return schema == null ? name.value() : schema.value() + "." + name.value();
  }
}
