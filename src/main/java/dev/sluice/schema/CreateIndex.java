package dev.sluice.schema;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code CREATE [UNIQUE] INDEX [CONCURRENTLY] [[IF NOT EXISTS] name] ON [ONLY] table …} taken
 * apart.
 *
 * @param name as it is written; null: PostgreSQL chooses one
 * @param only {@code ON ONLY}: of a partitioned table the parent alone, which is empty
 * @param table as it is written
 * @param definition everything after the table
 */
record CreateIndex(
    boolean unique,
    boolean concurrently,
    boolean ifNotExists,
    @Nullable String name,
    boolean only,
    String table,
    String definition) {

  static Optional<CreateIndex> of(ScriptStatement statement) {
    return of(SqlCursor.of(statement));
  }

  static Optional<CreateIndex> of(String sql) {
    return of(StatementSplitter.split(sql).get(0));
  }

  private static Optional<CreateIndex> of(SqlCursor cursor) {
    if (!cursor.skip("CREATE")) {
      return Optional.empty();
    }
    boolean unique = cursor.skip("UNIQUE");
    if (!cursor.skip("INDEX")) {
      return Optional.empty();
    }
    boolean concurrently = cursor.skip("CONCURRENTLY");
    boolean ifNotExists = cursor.skip("IF", "NOT", "EXISTS");
    @Nullable String name = cursor.sees("ON") ? null : cursor.name().orElse(null);
    if (!cursor.skip("ON")) {
      return Optional.empty();
    }
    boolean only = cursor.skip("ONLY");
    return cursor
        .name()
        .map(
            table ->
                new CreateIndex(
                    unique, concurrently, ifNotExists, name, only, table, cursor.rest()));
  }

  /** The same index, built without blocking writers. */
  CreateIndex inBackground() {
    return new CreateIndex(unique, true, ifNotExists, name, only, table, definition);
  }

  /** The same index on another table, nobody's, under another name. */
  CreateIndex on(String otherTable, String otherName) {
    return new CreateIndex(unique, false, false, otherName, false, otherTable, definition);
  }

  String sql() {
    return "CREATE %sINDEX %s%s%sON %s%s %s"
        .formatted(
            unique ? "UNIQUE " : "",
            concurrently ? "CONCURRENTLY " : "",
            ifNotExists ? "IF NOT EXISTS " : "",
            name == null ? "" : name + " ",
            only ? "ONLY " : "",
            table,
            definition);
  }
}
