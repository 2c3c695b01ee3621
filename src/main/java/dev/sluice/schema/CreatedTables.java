package dev.sluice.schema;

import dev.sluice.migration.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables that a file itself has created so far: empty and used by nobody, so that no lock on
 * them matters. Not thread-safe.
 *
 * <p>{@code IF NOT EXISTS} counts too. Where the table did exist, {@code statement_timeout} bounds
 * the harm.
 */
final class CreatedTables {
  private final List<TableName> tables = new ArrayList<>();

  void see(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    if (!cursor.skip("CREATE")) {
      return;
    }
    if (!cursor.skip("TEMP") && !cursor.skip("TEMPORARY")) {
      cursor.skip("UNLOGGED");
    }
    if (cursor.skip("TABLE")) {
      cursor.skip("IF", "NOT", "EXISTS");
      cursor.name().flatMap(SqlNames::table).ifPresent(tables::add);
    }
  }

  /** Whether the statement alters such a table or builds an index on it. */
  boolean isTargetOf(ScriptStatement statement) {
    return CreateIndex.of(statement)
        .map(CreateIndex::table)
        .or(() -> AlterTable.of(statement).map(AlterTable::table))
        .flatMap(SqlNames::table)
        .filter(name -> tables.stream().anyMatch(created -> same(created, name)))
        .isPresent();
  }

  static boolean same(TableName one, TableName other) {
    Optional<?> schema = one.schemaIfGiven();
    return one.name().equals(other.name())
        && (schema.isEmpty()
            || other.schemaIfGiven().isEmpty()
            || schema.equals(other.schemaIfGiven()));
  }
}
