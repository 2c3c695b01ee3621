package dev.sluice.schema;

import java.util.List;

/** With what a statement may share a transaction. */
enum Isolation {
  /** Writes the catalog and is over in milliseconds: neighbours share one transaction. */
  TOGETHER,
  /**
   * A transaction of its own. It takes as long as its data is large, while it lets the application
   * read and write; a neighbour's lock would be held as long. Or its effect can be used only after
   * its commit.
   */
  ALONE,
  /** PostgreSQL refuses it in a transaction. */
  OUTSIDE;

  private static final List<String> TRANSACTION_ENDS = List.of("COMMIT", "ROLLBACK");

  static Isolation of(ScriptStatement statement) {
    if (runsOutside(statement)) {
      return OUTSIDE;
    }
    return runsAlone(statement) ? ALONE : TOGETHER;
  }

  /**
   * In a flat file, which runs as it is: all or nothing, as far as PostgreSQL lets it.
   *
   * @param mayCommit whether it stands in no transaction, so that a procedure of it may end one
   */
  static Isolation ofFlat(ScriptStatement statement, boolean mayCommit) {
    boolean refused = runsOutside(statement) && (mayCommit || !reindexesOne(statement));
    return refused || (mayCommit && commitsItself(statement)) ? OUTSIDE : TOGETHER;
  }

  /** May be in a transaction, unless its table has partitions, which the text does not show. */
  private static boolean reindexesOne(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    if (!cursor.skip("REINDEX")) {
      return false;
    }
    if (cursor.seesSymbol('(')) {
      cursor.skipOne();
    }
    return (cursor.sees("TABLE") || cursor.sees("INDEX")) && !cursor.mentions("CONCURRENTLY");
  }

  /** Whether it may end transactions itself: nobody else knows then how far it came. */
  static boolean commitsItself(ScriptStatement statement) {
    return SqlCursor.of(statement).sees("CALL")
        || DoBlock.of(statement).filter(block -> block.runs(TRANSACTION_ENDS)).isPresent();
  }

  /** Source: PostgreSQL documentation, "cannot be executed inside a transaction block". */
  private static boolean runsOutside(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    if (cursor.sees("ALTER", "TABLE")) {
      return cursor.has("DETACH", "PARTITION") && cursor.has("CONCURRENTLY");
    }
    return cursor.sees("CREATE", "INDEX", "CONCURRENTLY")
        || cursor.sees("CREATE", "UNIQUE", "INDEX", "CONCURRENTLY")
        || cursor.sees("DROP", "INDEX", "CONCURRENTLY")
        || cursor.sees("REINDEX")
        || cursor.sees("VACUUM")
        || clustersAll(statement)
        || cursor.sees("ALTER", "SYSTEM")
        || (cursor.sees("ALTER", "DATABASE") && cursor.has("SET", "TABLESPACE"))
        || createsOrDrops(cursor, "DATABASE")
        || createsOrDrops(cursor, "TABLESPACE")
        || createsOrDrops(cursor, "SUBSCRIPTION")
        || cursor.sees("ALTER", "SUBSCRIPTION");
  }

  /** Of one table it may be in a transaction. */
  private static boolean clustersAll(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    boolean found = cursor.skip("CLUSTER");
    cursor.skip("VERBOSE");
    return found && cursor.atEnd();
  }

  private static boolean createsOrDrops(SqlCursor cursor, String what) {
    return cursor.sees("CREATE", what) || cursor.sees("DROP", what);
  }

  private static boolean runsAlone(ScriptStatement statement) {
    SqlCursor cursor = SqlCursor.of(statement);
    return AlterTable.of(statement).filter(AlterTable::onlyValidates).isPresent()
        || (cursor.sees("ALTER", "TYPE") && cursor.has("ADD", "VALUE"))
        || cursor.sees("CREATE", "EXTENSION")
        || cursor.sees("CREATE", "MATERIALIZED", "VIEW")
        || cursor.sees("REFRESH", "MATERIALIZED", "VIEW", "CONCURRENTLY")
        || (cursor.sees("CREATE", "TABLE") && cursor.has("AS"))
        || cursor.sees("ANALYZE")
        || cursor.sees("ANALYSE");
  }
}
