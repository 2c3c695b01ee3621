package dev.sluice.schema;

import dev.sluice.migration.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What to say of the statements of a flat file, which another tool may have run as they are: few
 * are refused, and what would be refused in a folder's file is noted.
 */
final class FlatRules {

  private final SchemaRules rules;
  private final CreatedTables created;
  private final boolean up;
  private final boolean atomic;
  private final int transactions;

  /**
   * @param created the tables that the file has created before the statement asked about
   */
  FlatRules(Script script, CreatedTables created) {
    this.rules = new SchemaRules(script.kind(), created);
    this.created = created;
    this.up = !script.kind().isDown();
    this.atomic = script.atomic() || ScriptReader.isWrapped(script);
    this.transactions = Plan.of(script).units().size();
  }

  /** What would end badly whatever the file is for; empty: nothing. */
  List<String> against(ScriptStatement statement) {
    List<String> found = new ArrayList<>();
    boolean unnamed =
        CreateIndex.of(statement)
            .filter(index -> index.concurrently() && index.name() == null)
            .isPresent();
    if (unnamed) {
      found.add(SchemaRules.UNNAMED_INDEX);
    }
    if (transactions > 1 && setsSession(statement) && !setsTimeout(statement)) {
      found.add(
          "would not reach every statement: the file runs in %d transactions, each in a session"
                  .formatted(transactions)
              + " without settings. Write names with their schema, or set it for the role or the"
              + " database. SET LOCAL holds up to the next statement outside a transaction.");
    }
    return found;
  }

  /** Such files begin with it, and what it is for is seen to here. */
  private static boolean setsTimeout(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    boolean sets = cursor.skip("SET") || cursor.skip("RESET");
    if (!cursor.skip("SESSION")) {
      cursor.skip("LOCAL");
    }
    return sets && (cursor.sees("lock_timeout") || cursor.sees("statement_timeout"));
  }

  /**
   * In a transaction of several statements SET LOCAL has its meaning; for one alone it has none.
   */
  private boolean setsSession(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    boolean ofTransaction =
        cursor.sees("SET", "LOCAL")
            || cursor.sees("SET", "CONSTRAINTS")
            || cursor.sees("SET", "TRANSACTION");
    return (cursor.sees("SET") && !(atomic && ofTransaction))
        || cursor.sees("RESET")
        || cursor.sees("DISCARD");
  }

  /** What an operator should know before it runs. */
  List<String> notes(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    List<String> found = new ArrayList<>();
    if (rules.changesData(cursor) || rules.hidesWrites(statement)) {
      found.add(
          "changes rows in one transaction, and keeps them locked until it ends. A large table is"
              + " changed in chunks by a migration.yaml.");
    }
    if (up && rules.takesAway(statement)) {
      found.add("takes away what the application may still use.");
    }
    if (SchemaRules.rewritesUnderLock(cursor)) {
      found.add("reads or writes the whole table under a lock that blocks the application.");
    }
    if (Isolation.commitsItself(statement)) {
      found.add(
          "may commit by itself: what it has committed before a failure stays, and it is not tried"
              + " again without being asked.");
    }
    if (setsTimeout(statement) && (transactions > 1 || cursor.mentions("lock_timeout"))) {
      found.add(
          "has no effect: waiting for locks is bounded and repeated here, and how long a statement"
              + " works is not limited.");
    }
    blocks(statement).ifPresent(found::add);
    return found;
  }

  private Optional<String> blocks(ScriptStatement statement) {
    if (created.isTargetOf(statement)) {
      return Optional.empty();
    }
    Optional<CreateIndex> index = CreateIndex.of(statement);
    if (index.isPresent()) {
      return index.get().concurrently() || index.get().only()
          ? Optional.empty()
          : Optional.of(
              "blocks every writer of the table while it builds; CREATE INDEX CONCURRENTLY does"
                  + " not.");
    }
    boolean scans =
        !(SafeConstrain.of(statement) instanceof SafeConstrain.AsWritten)
            || AlterTable.of(statement).filter(AlterTable::excludes).isPresent();
    return scans
        ? Optional.of(
            "scans the table under a lock that blocks the application; the constrain.up.sql of a"
                + " folder does it without one.")
        : Optional.empty();
  }
}
