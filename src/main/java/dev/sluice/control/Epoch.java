package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The number of a runner's turn, which every chunk proves at its start and holds shared to its end.
 *
 * <p>A runner that takes over waits for the chunks of the epoch before and then counts up, so a
 * runner that lost its lock, but not its workers, can commit nothing afterwards.
 */
public record Epoch(MigrationId id, long number) {

  /**
   * Opens a chunk's transaction: its time limits, its mark for triggers, and the proof of the
   * epoch; one round trip.
   *
   * <p>The lock and the look at the ledger are two statements, because the second one's snapshot
   * must be taken after the lock is held. {@code synchronous_commit} is off: data and checkpoint
   * are in one transaction, so a server crash that loses the last commits loses both sides of each,
   * and the restart repeats those chunks; the commit that ends a partition is synchronous again and
   * makes all before it durable.
   *
   * @param statementLimit ends any statement of the transaction that waits or works longer
   * @param idleLimit ends the session if the program stalls between two statements
   * @throws FencedException if another runner has taken over
   */
  public void enter(JdbcOperations jdbc, Duration statementLimit, Duration idleLimit) {
    jdbc.execute((Connection connection) -> enter(connection, statementLimit, idleLimit));
  }

  /** Names the advisory lock that every chunk of this turn holds, and nobody else shared. */
  public String lockName() {
    return "sluice.epoch/" + id + "/" + number;
  }

  /** Shorter than the statement's limit, so that a wait for a lock is told from slow work. */
  public static long lockLimitMillis(Duration statementLimit) {
    return Math.max(1, statementLimit.toMillis() * 9 / 10);
  }

  private Void enter(Connection connection, Duration statementLimit, Duration idleLimit)
      throws SQLException {
    String sql =
        """
        SELECT set_config('lock_timeout', ?, true),
               set_config('statement_timeout', ?, true),
               set_config('idle_in_transaction_session_timeout', ?, true),
               set_config('synchronous_commit', 'off', true),
               set_config('sluice.migration', ?, true),
               pg_try_advisory_xact_lock_shared(hashtextextended(?, 0));
        SELECT epoch FROM sluice.migration WHERE id = ?
        """;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, Long.toString(lockLimitMillis(statementLimit)));
      statement.setString(2, Long.toString(statementLimit.toMillis()));
      statement.setString(3, Long.toString(idleLimit.toMillis()));
      statement.setString(4, id.value());
      statement.setString(5, lockName());
      statement.setString(6, id.value());
      statement.execute();
      boolean locked;
      try (ResultSet rs = statement.getResultSet()) {
        locked = rs.next() && rs.getBoolean(6);
      }
      statement.getMoreResults();
      try (ResultSet rs = statement.getResultSet()) {
        if (!locked || !rs.next() || rs.getLong(1) != number) {
          throw new FencedException(this);
        }
      }
    }
    return null;
  }

  /** Another runner has taken over. This one must end and write nothing more. */
  public static final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FencedException(Epoch epoch) {
      super(epoch.id + ": another process has taken over this run, this one wrote nothing since");
    }
  }
}
