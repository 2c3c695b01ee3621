package dev.sluice.schema;

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

  static Isolation of(ScriptStatement statement) {
    if (runsOutside(statement)) {
      return OUTSIDE;
    }
    return runsAlone(statement) ? ALONE : TOGETHER;
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
        || cursor.sees("ALTER", "SYSTEM")
        || (cursor.sees("ALTER", "DATABASE") && cursor.has("SET", "TABLESPACE"))
        || createsOrDrops(cursor, "DATABASE")
        || createsOrDrops(cursor, "TABLESPACE")
        || createsOrDrops(cursor, "SUBSCRIPTION")
        || cursor.sees("ALTER", "SUBSCRIPTION");
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
