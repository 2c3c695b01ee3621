package dev.sluice.schema;

import dev.sluice.schema.ScriptStatement.Piece;
import java.util.ArrayList;
import java.util.List;

/**
 * Replaces a statement that scans a table under a lock that stops the application by several that
 * do not: the scan gets a transaction and a weak lock of its own, and the strong lock is then held
 * only while the catalog is written.
 *
 * <p>Source of the locks: PostgreSQL documentation, "ALTER TABLE" and "CREATE INDEX". What it does
 * not understand stays as written, bounded by {@code lock_timeout} and {@code statement_timeout}.
 */
final class SafeConstrain {

  /** How a statement is to be run. */
  sealed interface Verdict permits AsWritten, Instead, Refused {}

  record AsWritten() implements Verdict {}

  /**
   * @param transactions each inner list in one transaction, one after the other
   */
  record Instead(List<List<Step>> transactions) implements Verdict {
    Instead {
      transactions = List.copyOf(transactions);
    }
  }

  /**
   * @param reason what to write in its place
   */
  record Refused(String reason) implements Verdict {}

  private SafeConstrain() {}

  static Verdict of(ScriptStatement statement) {
    return CreateIndex.of(statement)
        .map(index -> ofIndex(statement.line(), index))
        .or(() -> AlterTable.of(statement).map(table -> ofTable(statement.line(), table)))
        .orElseGet(AsWritten::new);
  }

  /** {@code ON ONLY} makes an empty index on the parent of partitions, at once. */
  private static Verdict ofIndex(int line, CreateIndex index) {
    if (index.concurrently() || index.only()) {
      return new AsWritten();
    }
    Step build = new Step(line, index.inBackground().sql(), Isolation.OUTSIDE);
    return new Instead(List.of(List.of(build)));
  }

  private static Verdict ofTable(int line, AlterTable table) {
    boolean several = table.actions().size() > 1;
    boolean safe = true;
    List<List<Step>> transactions = new ArrayList<>();
    for (List<Piece> action : table.actions()) {
      Verdict verdict = new SafeAction(line, table).of(action);
      if (verdict instanceof Refused) {
        return verdict;
      } else if (verdict instanceof Instead instead) {
        safe = false;
        transactions.addAll(instead.transactions());
      } else {
        safe &= !several || !AlterTable.validates(action);
        transactions.add(List.of(asWritten(line, table, action)));
      }
    }
    if (safe) {
      return new AsWritten();
    }
    return several && !table.actions().stream().allMatch(SafeAction::standsAlone)
        ? new Refused(
            "one of its actions scans the table, and they cannot be told apart safely. Write each"
                + " action as an ALTER TABLE of its own.")
        : new Instead(transactions);
  }

  private static Step asWritten(int line, AlterTable table, List<Piece> action) {
    return new Step(
        line,
        table.with(ScriptStatement.text(action)),
        AlterTable.validates(action) ? Isolation.ALONE : Isolation.TOGETHER);
  }
}
