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

  String summary() {
    return ScriptStatement.summary(sql);
  }
}
