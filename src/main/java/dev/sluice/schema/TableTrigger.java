package dev.sluice.schema;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * A trigger of ours on a table in use. ENABLE ALWAYS, because logical replication changes rows too.
 *
 * @param function its function's name, quoted
 */
record TableTrigger(Identifier name, TableName table, String function) {

  /**
   * Makes it where it is missing, and enables it where somebody has disabled it. For that it takes
   * SHARE ROW EXCLUSIVE on the table and its partitions; else it only looks.
   *
   * @param when {@code AFTER INSERT}
   * @param condition its WHEN clause, or nothing
   * @return whether it was missing or disabled
   */
  boolean make(BriefLock.Turn turn, String when, String condition) {
    return make(turn, "%s ON %s FOR EACH ROW %s".formatted(when, table.quoted(), condition));
  }

  /** The same of one that fires once a statement. */
  boolean makeForStatements(BriefLock.Turn turn, String when) {
    return make(turn, "%s ON %s FOR EACH STATEMENT".formatted(when, table.quoted()));
  }

  private boolean make(BriefLock.Turn turn, String what) {
    if (stands(turn.jdbc())) {
      return false;
    }
    if (!exists(turn.jdbc())) { // a DROP first would keep readers out as well
      turn.execute(
          "CREATE TRIGGER %s %s EXECUTE FUNCTION %s()".formatted(name.quoted(), what, function));
    }
    enable(turn);
    return true;
  }

  /** Makes one that stands anew, at another time: SHARE ROW EXCLUSIVE too, where a DROP is not. */
  void replace(BriefLock.Turn turn, String when, String condition) {
    turn.execute(
        "CREATE OR REPLACE TRIGGER %s %s ON %s FOR EACH ROW %s EXECUTE FUNCTION %s()"
            .formatted(name.quoted(), when, table.quoted(), condition, function));
    enable(turn);
  }

  private void enable(BriefLock.Turn turn) {
    turn.execute(
        "ALTER TABLE %s ENABLE ALWAYS TRIGGER %s".formatted(table.quoted(), name.quoted()));
  }

  /** Takes ACCESS EXCLUSIVE on the table if it is there. */
  void drop(BriefLock.Turn turn) {
    if (exists(turn.jdbc())) {
      turn.execute("DROP TRIGGER %s ON %s".formatted(name.quoted(), table.quoted()));
    }
  }

  boolean exists(JdbcOperations jdbc) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT FROM pg_trigger
                           WHERE tgrelid = to_regclass(?) AND tgname = ? AND NOT tgisinternal)
            """,
            Boolean.class,
            table.quoted(),
            name.value()));
  }

  boolean firesBefore(JdbcOperations jdbc) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT FROM pg_trigger
                           WHERE tgrelid = to_regclass(?) AND tgname = ? AND tgtype & 2 = 2)
            """,
            Boolean.class,
            table.quoted(),
            name.value()));
  }

  /** On each partition too: somebody may have disabled it on one. */
  private boolean stands(JdbcOperations jdbc) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT count(*) > 0
               AND count(*) = count(*) FILTER (WHERE t.tgenabled = 'A')
               AND count(*) FILTER (WHERE t.tgrelid = to_regclass(?)) = 1
            FROM pg_trigger t
            WHERE t.tgfoid = to_regprocedure(?)
              AND t.tgname = ?
            """,
            Boolean.class,
            table.quoted(),
            function + "()",
            name.value()));
  }
}
