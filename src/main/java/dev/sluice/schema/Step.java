package dev.sluice.schema;

/**
 * What is sent to PostgreSQL and counted as one: a statement of the file, or a part of what stands
 * for it.
 *
 * @param line of the statement in the file
 */
record Step(int line, String sql, Isolation isolation) {

  static Step of(ScriptStatement statement) {
    return new Step(statement.line(), statement.sql(), Isolation.of(statement));
  }

  /** Whether it ends transactions itself, so that a failure may leave a part of it done. */
  boolean commitsItself() {
    return isolation == Isolation.OUTSIDE
        && Isolation.commitsItself(StatementSplitter.split(sql).get(0));
  }

  String summary() {
    return ScriptStatement.summary(sql);
  }
}
