package dev.sluice.schema;

import dev.sluice.schema.ScriptStatement.Piece;
import java.util.List;
import java.util.Optional;

/**
 * {@code ALTER TABLE [IF EXISTS] [ONLY] name action, …} taken apart.
 *
 * @param head everything before the first action, as it is written
 * @param table as it is written
 * @param only of tables that inherit from it, or its partitions, none is touched
 */
record AlterTable(
    String head, String table, boolean ifExists, boolean only, List<List<Piece>> actions) {

  static Optional<AlterTable> of(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    if (!cursor.skip("ALTER", "TABLE")) {
      return Optional.empty();
    }
    boolean ifExists = cursor.skip("IF", "EXISTS");
    boolean only = cursor.skip("ONLY");
    Optional<String> table = cursor.name();
    if (table.isEmpty()) {
      return Optional.empty();
    }
    cursor.skipSymbol('*');
    String head = cursor.textSince(0);
    return Optional.of(new AlterTable(head, table.get(), ifExists, only, cursor.restAtCommas()));
  }

  /** This statement with another action. */
  String with(String action) {
    return head + " " + action;
  }

  /** A scan under SHARE UPDATE EXCLUSIVE, provided that nothing else happens in the statement. */
  boolean onlyValidates() {
    return actions.stream().allMatch(AlterTable::validates);
  }

  /**
   * Drops or renames. One constraint may replace another in one statement, and a default or a NOT
   * NULL is no thing: their actions begin with ALTER.
   */
  boolean takesAway() {
    boolean replaces = actions.stream().anyMatch(action -> NewConstraint.of(action).isPresent());
    return actions.stream().anyMatch(action -> takesAway(new SqlCursor(action), replaces));
  }

  private static boolean takesAway(SqlCursor action, boolean replaces) {
    return action.sees("RENAME")
        || action.sees("SET", "SCHEMA")
        || (action.sees("DROP") && !(replaces && action.sees("DROP", "CONSTRAINT")));
  }

  /** {@code ADD EXCLUDE}: builds its index under its lock, and PostgreSQL has no other way. */
  boolean excludes() {
    return actions.stream()
        .flatMap(action -> NewConstraint.of(action).stream())
        .anyMatch(added -> new SqlCursor(added.body()).sees("EXCLUDE"));
  }

  /** What a new column must not bring along; what its default costs only the server knows. */
  Optional<String> againstNewColumns() {
    return actions.stream()
        .filter(AlterTable::addsColumn)
        .flatMap(action -> againstNewColumn(action).stream())
        .findFirst();
  }

  private static Optional<String> againstNewColumn(List<Piece> action) {
    SqlCursor cursor = new SqlCursor(action);
    if (cursor.has("GENERATED") && cursor.has("STORED")) {
      return Optional.of(
          "computes the column for every row under a lock that blocks the application. Add a plain"
              + " column and let migration.yaml fill it.");
    }
    boolean builds = cursor.has("UNIQUE") || cursor.has("PRIMARY", "KEY");
    boolean scans = cursor.has("CHECK") || (cursor.has("REFERENCES") && cursor.has("DEFAULT"));
    return builds || scans
        ? Optional.of(
            (builds ? "builds an index" : "scans the table")
                + " under a lock that blocks the application. Add the column alone, and the"
                + " constraint in constrain.up.sql, where it is done without one.")
        : Optional.empty();
  }

  static boolean addsColumn(List<Piece> action) {
    return new SqlCursor(action).sees("ADD") && NewConstraint.of(action).isEmpty();
  }

  static boolean changesType(List<Piece> action) {
    return retypedColumn(action).isPresent();
  }

  /** As it is written; empty: the action changes no type. */
  static Optional<String> retypedColumn(List<Piece> action) {
    SqlCursor cursor = new SqlCursor(action);
    boolean alters = cursor.skip("ALTER");
    cursor.skip("COLUMN");
    return cursor
        .name()
        .filter(column -> alters && (cursor.sees("TYPE") || cursor.sees("SET", "DATA", "TYPE")));
  }

  static boolean validates(List<Piece> action) {
    return new SqlCursor(action).sees("VALIDATE", "CONSTRAINT");
  }
}
