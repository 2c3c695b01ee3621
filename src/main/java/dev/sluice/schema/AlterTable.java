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

  static boolean validates(List<Piece> action) {
    return new SqlCursor(action).sees("VALIDATE", "CONSTRAINT");
  }
}
