package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Runs a step that PostgreSQL refuses in a transaction, so that running it twice does it once: the
 * catalog tells what an attempt without an answer has left behind.
 */
final class OutsideTransaction {

  /** What PostgreSQL says when such a step has happened before: it exists, or it does not. */
  private static final Set<String> HAPPENED =
      Set.of("42P04", "42P07", "42710", "3D000", "42P01", "42704");

  private final ScriptSettings settings;
  private final String owner;

  /**
   * @param owner migration and script, for whoever finds a renamed index
   */
  OutsideTransaction(ScriptSettings settings, String owner) {
    this.settings = settings;
    this.owner = owner;
  }

  /**
   * @param session one connection that commits by itself, whose settings the caller restores
   * @param mayHaveHappened an earlier attempt ended without an answer
   */
  void run(JdbcTemplate session, Step step, boolean mayHaveHappened) {
    setTimeouts(session, lockTimeout(step));
    runNow(session, step, mayHaveHappened);
  }

  /**
   * For the session, because SET LOCAL has no effect outside a transaction. No {@code
   * statement_timeout}: such a step takes as long as its table is large.
   */
  private static void setTimeouts(JdbcOperations session, Duration lockTimeout) {
    session.queryForMap(
        """
        SELECT set_config('lock_timeout', ?, false) AS lock_timeout,
               set_config('statement_timeout', '0', false) AS statement_timeout
        """,
        lockTimeout.toMillis() + "ms");
  }

  private void runNow(JdbcTemplate session, Step step, boolean mayHaveHappened) {
    Optional<CreateIndex> index = CreateIndex.of(step.sql());
    Optional<PartitionDetach> detach = PartitionDetach.of(step.sql());
    if (index.isPresent()) {
      new BackgroundIndex(session, index.get(), owner).build(step.sql());
    } else if (detach.isPresent()) {
      detach.get().run(session, step.sql(), mayHaveHappened);
    } else if (PartitionedForeignKey.of(step).isPresent()) {
      PartitionedForeignKey.of(step).get().run(session, settings.statementTimeout());
    } else {
      runAny(session, step, mayHaveHappened);
    }
  }

  /** Others (VACUUM, REINDEX, ALTER SYSTEM) may run twice, or say themselves that they have. */
  private static void runAny(JdbcOperations session, Step step, boolean mayHaveHappened) {
    try {
      PlainSql.execute(session, step.sql());
    } catch (DataAccessException e) {
      boolean happened =
          mayHaveHappened
              && !step.commitsItself()
              && SqlStates.of(e).filter(HAPPENED::contains).isPresent();
      if (!happened) {
        throw e;
      }
    }
  }

  /**
   * Work on an index CONCURRENTLY queues for SHARE UPDATE EXCLUSIVE and for older transactions to
   * end, and neither holds up readers or writers.
   */
  private Duration lockTimeout(Step step) {
    SqlCursor cursor = SqlCursor.of(StatementSplitter.split(step.sql()).get(0));
    boolean onIndex = cursor.mentions("CONCURRENTLY") && !cursor.sees("ALTER", "TABLE");
    return onIndex ? settings.indexLockTimeout() : settings.lockTimeout();
  }
}
