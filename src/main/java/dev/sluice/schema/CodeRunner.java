package dev.sluice.schema;

import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs the code of a {@link CodeMigration}: once, in one transaction with the note that it ran, and
 * again from its beginning after what passes by itself.
 *
 * <p>Its code may take any lock, and holds it to its end. So it waits for one as short as a file's
 * statement does, and each of its statements, and each silence between two of them, has the
 * migration's time limit.
 */
public final class CodeRunner {
  private static final Logger log = LoggerFactory.getLogger(CodeRunner.class);

  /** Code only reads then, and holds nobody up. */
  private static final Duration CHECK_MAX = Duration.ofMinutes(5);

  private final DataSource dataSource;
  private final LockRetry retry;
  private final LockLimit lockLimit = new LockLimit(ScriptSettings.DEFAULT);
  private final Blockers blockers;
  private final Consumer<JdbcOperations> opening;

  /** A user's code that changes something. */
  @FunctionalInterface
  public interface Work {
    void run(JdbcOperations jdbc) throws Exception;
  }

  /** A user's code that answers whether the result is right. */
  @FunctionalInterface
  public interface Question {
    boolean ask(JdbcOperations jdbc) throws Exception;
  }

  /**
   * The answer.
   *
   * @param detail for the operator; never a row's content
   */
  public record Answer(boolean yes, String detail) {}

  /**
   * @param waiter asked before each transaction, and waited with between attempts
   * @param opening called first in each transaction that changes something: proves that no other
   *     process has taken over
   */
  public CodeRunner(DataSource dataSource, Waiter waiter, Consumer<JdbcOperations> opening) {
    this.dataSource = dataSource;
    this.retry = new LockRetry(waiter, ScriptSettings.DEFAULT);
    this.blockers = new Blockers(new JdbcTemplate(dataSource));
    this.opening = opening;
  }

  /**
   * Runs it unless it has run.
   *
   * @param direction {@link Script.Kind#UP} or {@link Script.Kind#DOWN}
   * @throws CodeFailedException if it fails for good
   * @throws Waiter.StoppedException if an operator stops the run between two attempts
   */
  public void run(CodeMigration migration, Script.Kind direction, Work work) {
    String function = function(direction);
    CodeAttempts attempts = new CodeAttempts(migration.id(), function, blockers);
    retry.run(() -> attempt(migration, direction, work, attempts), attempts);
    log.info("code.applied migration={} code={}", migration.id(), function);
  }

  private void attempt(
      CodeMigration migration, Script.Kind direction, Work work, CodeAttempts attempts) {
    CleanSession.during(
        dataSource,
        session ->
            new TransactionTemplate(new DataSourceTransactionManager(session))
                .executeWithoutResult(
                    status -> inside(attempts.on(session), migration, direction, work, attempts)));
  }

  private void inside(
      JdbcTemplate jdbc,
      CodeMigration migration,
      Script.Kind direction,
      Work work,
      CodeAttempts before) {
    opening.accept(jdbc);
    limit(jdbc, migration.timeLimit(), before.metAutovacuum());
    CodeProgress progress = new CodeProgress(jdbc, migration.id());
    if (progress.lockAndAskWhetherDone(direction)) {
      return;
    }
    String transaction = transaction(jdbc, "pg_current_xact_id()");
    try {
      work.run(jdbc);
    } catch (Exception e) {
      throw CodeFailedException.of(migration.id(), function(direction), e);
    }
    if (!transaction.equals(transaction(jdbc, "pg_current_xact_id_if_assigned()"))) {
      throw CodeFailedException.endedItsTransaction(migration.id(), function(direction));
    }
    progress.done(direction);
  }

  private static String transaction(JdbcTemplate jdbc, String function) {
    return Objects.requireNonNullElse(
        jdbc.queryForObject("SELECT %s::text".formatted(function), String.class), "none");
  }

  private void limit(JdbcTemplate jdbc, Duration timeLimit, boolean autovacuum) {
    lockLimit.setForOne(jdbc, autovacuum);
    String millis = Long.toString(timeLimit.toMillis());
    jdbc.queryForMap(
        """
        SELECT set_config('statement_timeout', ?, true) AS statement_timeout,
               set_config('idle_in_transaction_session_timeout', ?, true) AS idle_timeout
        """,
        millis,
        millis);
  }

  /** Whether it has run, and has not been taken back since. */
  public boolean hasRun(MigrationId id) {
    return new CodeProgress(new JdbcTemplate(dataSource), id).isDone(Script.Kind.UP);
  }

  /**
   * Asks in a transaction that cannot write.
   *
   * @return no, also if the code fails; but an error that may pass by itself is thrown
   */
  public Answer ask(Question question) {
    Answer[] answer = {new Answer(false, "did not answer")};
    CleanSession.during(
        dataSource,
        session -> {
          TransactionTemplate reading =
              new TransactionTemplate(new DataSourceTransactionManager(session));
          reading.setReadOnly(true);
          reading.executeWithoutResult(
              status -> {
                status.setRollbackOnly();
                answer[0] = answer(new JdbcTemplate(session), question);
              });
        });
    return answer[0];
  }

  private Answer answer(JdbcTemplate jdbc, Question question) {
    limit(jdbc, CHECK_MAX, false);
    try {
      boolean yes = question.ask(jdbc);
      return new Answer(yes, "returned " + yes);
    } catch (RuntimeException e) {
      if (SqlStates.isTransient(e) && !triesToWrite(e)) {
        throw e;
      }
      return new Answer(false, CodeFailedException.said(e));
    } catch (Exception e) {
      return new Answer(false, CodeFailedException.said(e));
    }
  }

  /** Elsewhere a server that has failed over says it; here we have asked for it. */
  private static boolean triesToWrite(Throwable error) {
    return SqlStates.of(error).filter(SqlStates.READ_ONLY_TRANSACTION::equals).isPresent();
  }

  private static String function(Script.Kind direction) {
    return direction.isDown() ? "down" : "up";
  }
}
