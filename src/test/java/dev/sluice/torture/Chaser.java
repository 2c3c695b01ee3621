package dev.sluice.torture;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A session that changes the very rows that the migration has just read and is about to write: the
 * first ones under the guard behind a random key are those of a partition's next chunk. For one
 * thread.
 */
final class Chaser implements Application.Work {
  private static final int ROWS = 5;

  private final Model model;
  private final Writer writer;
  private final Random random;
  private final String nextDue;

  Chaser(Model model, KeyKind kind, Writer writer, Random random) {
    this.model = model;
    this.writer = writer;
    this.random = random;
    this.nextDue =
        "SELECT %1$s FROM %2$s WHERE (%1$s) > (?%3$s) AND target IS NULL ORDER BY %1$s LIMIT %4$d"
            .formatted(kind.key(), kind.table(), ", ?".repeat(kind.width() - 1), ROWS);
  }

  @Override
  public void run(ModelTransaction transaction, Session session, boolean mayLeaveDue)
      throws SQLException {
    for (List<Object> key : session.keys(nextDue, model.anyKey(random))) {
      Optional<ModelRow> row = model.hold(key);
      if (row.isPresent()) {
        writer.changeOrDelete(transaction, transaction.touch(row.get()), mayLeaveDue);
      }
    }
  }
}
