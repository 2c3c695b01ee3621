package dev.sluice.schema;

import dev.sluice.migration.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a schema file must not do, as far as its text shows it. */
final class SchemaRules {
  private static final List<String> WRITES = List.of("INSERT", "UPDATE", "DELETE", "MERGE");
  private static final List<String> HIDDEN_WRITES =
      List.of("INSERT", "UPDATE", "DELETE", "MERGE", "COPY");

  static final String UNNAMED_INDEX =
      "an index built CONCURRENTLY must have a name here, or a restart cannot tell whether it is"
          + " there. Write CREATE INDEX CONCURRENTLY name ON ….";

  private final Script.Kind kind;
  private final CreatedTables created;

  /**
   * @param created the tables that the file has created before the statement asked about
   */
  SchemaRules(Script.Kind kind, CreatedTables created) {
    this.kind = kind;
    this.created = created;
  }

  /** Whether the statements of such a file are run in a form that does not block. */
  static boolean rewrites(Script.Kind kind) {
    return kind == Script.Kind.CONSTRAIN_UP || kind == Script.Kind.CONSTRAIN_DOWN;
  }

  /** What is wrong with the statement; empty: nothing. */
  List<String> against(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    List<String> found = new ArrayList<>();
    if (changesData(cursor)) {
      found.add(
          "changes data, and a schema file changes the schema only. Data goes into"
              + " migration.yaml, in chunks; INSERT … VALUES is allowed.");
    }
    if (hidesWrites(statement)) {
      found.add(
          "changes data in a block, which can neither be cut into chunks nor continued. Data goes"
              + " into migration.yaml; the block may change the schema.");
    }
    if (isUp() && takesAway(statement)) {
      found.add(
          "takes away what the application may still use and rollback needs. Dropping, renaming and"
              + " truncating belong to cleanup.up.sql, once the result is verified.");
    }
    if (cursor.sees("SET") || cursor.sees("RESET") || cursor.sees("DISCARD")) {
      found.add(
          "a session setting would not reach every statement: a restart goes on behind it. Write"
              + " names with their schema, or set it for the role or the database.");
    }
    if (rewritesUnderLock(cursor)) {
      found.add(
          "reads or writes the whole table or index under a lock that blocks the application. Use a"
              + " form that is CONCURRENTLY, or do it in a maintenance window.");
    }
    CreateIndex.of(statement)
        .flatMap(index -> against(index, created.isTargetOf(statement)))
        .ifPresent(found::add);
    found.addAll(againstScan(statement));
    return found;
  }

  boolean changesData(SqlCursor cursor) {
    return Stream.of("UPDATE", "DELETE", "MERGE").anyMatch(cursor::sees)
        || (cursor.sees("TRUNCATE") && !mayTruncate() && !isUp())
        || (cursor.sees("COPY") && cursor.has("FROM"))
        || (cursor.sees("INSERT") && !cursor.has("VALUES"))
        || (cursor.sees("WITH") && WRITES.stream().anyMatch(cursor::mentions));
  }

  boolean hidesWrites(ScriptStatement statement) {
    return DoBlock.of(statement)
        .filter(
            block ->
                block.runs(HIDDEN_WRITES) || (!mayTruncate() && block.runs(List.of("TRUNCATE"))))
        .isPresent();
  }

  private boolean mayTruncate() {
    return kind == Script.Kind.CLEANUP_UP;
  }

  private boolean isUp() {
    return kind == Script.Kind.EXPAND_UP
        || kind == Script.Kind.CONSTRAIN_UP
        || kind == Script.Kind.UP;
  }

  boolean takesAway(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    Optional<AlterTable> table = AlterTable.of(statement);
    if (table.isPresent()) {
      return table.get().takesAway() && !created.isTargetOf(statement);
    }
    boolean alters =
        cursor.sees("ALTER") && (cursor.has("RENAME") || cursor.has("DROP", "ATTRIBUTE"));
    boolean hidden = DoBlock.of(statement).filter(block -> block.runs(List.of("DROP"))).isPresent();
    return cursor.sees("DROP") || cursor.sees("TRUNCATE") || alters || hidden;
  }

  static boolean rewritesUnderLock(SqlCursor cursor) {
    return cursor.sees("CLUSTER")
        || (cursor.sees("VACUUM") && cursor.mentions("FULL"))
        || (cursor.sees("REINDEX") && !cursor.mentions("CONCURRENTLY"));
  }

  private Optional<String> against(CreateIndex index, boolean onTableOfFile) {
    boolean blocks = !index.concurrently() && !index.only() && !onTableOfFile;
    if (blocks && !rewrites(kind)) {
      return Optional.of(
          "blocks every writer of the table while it builds. Write CREATE INDEX CONCURRENTLY.");
    }
    return index.name() == null && (blocks || index.concurrently())
        ? Optional.of(UNNAMED_INDEX)
        : Optional.empty();
  }

  private List<String> againstScan(ScriptStatement statement) {
    if (created.isTargetOf(statement) || CreateIndex.of(statement).isPresent()) {
      return List.of();
    }
    SafeConstrain.Verdict verdict = SafeConstrain.of(statement);
    if (rewrites(kind) && verdict instanceof SafeConstrain.Refused refused) {
      return List.of(refused.reason());
    }
    Optional<String> column = AlterTable.of(statement).flatMap(AlterTable::againstNewColumns);
    if (column.isPresent() && kind == Script.Kind.EXPAND_UP) {
      return List.of(column.get());
    }
    boolean scans =
        !(verdict instanceof SafeConstrain.AsWritten)
            || AlterTable.of(statement).filter(AlterTable::excludes).isPresent();
    return scans && kind == Script.Kind.EXPAND_UP
        ? List.of(
            "scans the table under a lock that blocks the application. Move it to"
                + " constrain.up.sql, where it is done without one.")
        : List.of();
  }
}
