package dev.sluice.torture;

import dev.sluice.testing.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/**
 * Keeps a run from its end until the last kill is done: a session that holds one row which is due.
 * Until {@link #open} the sweep waits for it, and then there is this row to do: the application
 * never touches it.
 */
final class Gate implements AutoCloseable {
  private final TestDatabase database;
  private final String lock;
  private final List<Object> key;
  private Connection connection;

  /** Before anybody else writes. */
  Gate(TestDatabase database, KeyKind kind, Model model, Random random) throws SQLException {
    this.database = database;
    this.lock =
        "SELECT FROM %s WHERE (%s) = (?%s) FOR UPDATE"
            .formatted(kind.table(), kind.key(), ", ?".repeat(kind.width() - 1));
    this.key = model.holdAny(random).orElseThrow().key();
    this.connection = hold();
  }

  private Connection hold() throws SQLException {
    Connection open = database.connect();
    open.setAutoCommit(false);
    try (PreparedStatement statement = open.prepareStatement(lock)) {
      for (int i = 0; i < key.size(); i++) {
        statement.setObject(i + 1, key.get(i));
      }
      statement.execute();
    }
    return open;
  }

  /** After the server was killed, and the lock with it. */
  void holdAgain() {
    try {
      connection.close();
      connection = hold();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Lets the row go to whoever wants it in the database; may be called twice. */
  void open() {
    close();
  }

  @Override
  public void close() {
    try {
      connection.close(); // rolls back
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
