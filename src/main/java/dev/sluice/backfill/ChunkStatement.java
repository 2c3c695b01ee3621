package dev.sluice.backfill;

import java.util.Objects;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The statement that writes a chunk's rows, in two forms: one for rows that the undo journal does
 * not have yet, and one that also takes those which it has. The second costs a tenth more, as
 * {@code ON CONFLICT} looks each key up and marks each entry twice; rows come back so rarely that
 * the first is tried until one does. Then its chunk is rolled back and done again by the second,
 * and so are all that follow.
 *
 * <p>No savepoint: to update in a subtransaction what the transaction has locked makes a MultiXact
 * of each row. Safe for concurrent use.
 */
final class ChunkStatement {

  private final String first;
  private final String again;
  private volatile boolean comesBack;

  /**
   * @param first fails for a row that is in the journal
   * @param again does the same for one that is not
   */
  ChunkStatement(String first, String again) {
    this.first = first;
    this.again = again;
    this.comesBack = first.equals(again);
  }

  /** Of one form only: it meets no row that is in the journal. */
  static ChunkStatement of(String sql) {
    return new ChunkStatement(sql, sql);
  }

  /** Uses the SQL on a connection. */
  interface Use {
    ConnectionCallback<Written> of(String sql);
  }

  /**
   * Writes.
   *
   * @throws RowsComeBackException if a row is in the journal, or another key is taken: only the
   *     second form can tell. The transaction is to be rolled back, and done again
   */
  Written write(JdbcOperations jdbc, Use use) {
    boolean careful = comesBack;
    try {
      return Objects.requireNonNull(jdbc.execute(use.of(careful ? again : first)));
    } catch (DuplicateKeyException e) {
      if (careful) {
        throw e;
      }
      comesBack = true;
      throw new RowsComeBackException(e);
    }
  }

  /** Done again, the chunk passes, or fails for its own reason. */
  static final class RowsComeBackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RowsComeBackException(DuplicateKeyException cause) {
      super("a row of the chunk may be in the journal already", cause);
    }
  }
}
