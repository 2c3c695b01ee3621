package dev.sluice.schema;

import dev.sluice.schema.ScriptStatement.Piece;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * {@code ALTER TABLE parent DETACH PARTITION partition CONCURRENTLY}: two transactions of
 * PostgreSQL's own, of which a failed attempt may have left the first.
 *
 * @param table the statement
 * @param partition as it is written
 */
record PartitionDetach(AlterTable table, String partition) {

  static Optional<PartitionDetach> of(String sql) {
    ScriptStatement statement = StatementSplitter.split(sql).get(0);
    return AlterTable.of(statement)
        .flatMap(table -> partition(table).map(name -> new PartitionDetach(table, name)));
  }

  private static Optional<String> partition(AlterTable table) {
    List<Piece> action = table.actions().get(0);
    SqlCursor cursor = new SqlCursor(action);
    return cursor.skip("DETACH", "PARTITION")
        ? cursor.name().filter(name -> cursor.sees("CONCURRENTLY"))
        : Optional.empty();
  }

  /** May run twice. Waits for transactions that use the parent; they and new ones go on. */
  void run(JdbcOperations session, String sql, boolean mayHaveHappened) {
    List<Boolean> pending =
        session.query(
            """
            SELECT inhdetachpending
            FROM pg_inherits
            WHERE inhparent = to_regclass(?)
              AND inhrelid = to_regclass(?)
            """,
            (rs, row) -> rs.getBoolean(1),
            table.table(),
            partition);
    if (pending.isEmpty() && mayHaveHappened) {
      return;
    }
    boolean begun = !pending.isEmpty() && pending.get(0);
    PlainSql.execute(
        session, begun ? table.with("DETACH PARTITION " + partition + " FINALIZE") : sql);
  }
}
