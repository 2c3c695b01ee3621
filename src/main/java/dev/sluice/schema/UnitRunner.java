package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedRuntimeException;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs the units of one file, each with retries, and writes down what is done. */
final class UnitRunner {
  private static final Logger log = LoggerFactory.getLogger(UnitRunner.class);

  private final ScriptRun run;
  private final ScriptSettings settings;
  private final DataSource dataSource;
  private final OutsideTransaction outside;
  private final LockRetry retry;
  private final Blockers blockers;
  private final LockLimit lockLimit;

  UnitRunner(ScriptRun run, DataSource dataSource, Waiter waiter, ScriptSettings settings) {
    this.run = run;
    this.settings = settings;
    this.dataSource = dataSource;
    outside =
        new OutsideTransaction(
            settings, IndexInTheWay.owner(run.id(), run.script().kind().fileName()));
    retry = new LockRetry(waiter, settings);
    blockers = new Blockers(new JdbcTemplate(dataSource));
    lockLimit = new LockLimit(settings);
  }

  private ScriptProgress progressOn(JdbcTemplate session) {
    return new ScriptProgress(session, run.id(), run.script().kind());
  }

  /**
   * @param along done in the unit's transaction before its steps. In one of its own, where the unit
   *     has none or works long: what it locks is held to the end
   * @throws ScriptException if it fails for good
   */
  void run(Unit unit, List<String> along) {
    Attempts attempts = new Attempts(run, unit, settings, blockers);
    try {
      if (unit.steps().get(0).commitsItself()) {
        attempt(unit, along, attempts); // a second attempt would do a part of it twice
      } else {
        retry.run(() -> attempt(unit, along, attempts), attempts);
      }
    } catch (StepFailedException | NestedRuntimeException e) {
      throw ScriptException.failed(attempts.situation(e), e);
    }
    log.info(
        "schema.applied migration={} script={} statements={}/{}",
        run.id(),
        run.script().kind().fileName(),
        unit.end(),
        run.steps().size());
  }

  private void attempt(Unit unit, List<String> along, Attempts before) {
    boolean autovacuum = before.metAutovacuum();
    CleanSession.during(
        dataSource,
        session -> {
          boolean together = unit.steps().get(0).isolation() == Isolation.TOGETHER;
          if (!together && !along.isEmpty()) {
            before(session, along, autovacuum);
          }
          if (unit.isOutside()) {
            outside(new JdbcTemplate(session), unit);
          } else {
            inTransaction(session, unit, together ? along : List.of(), autovacuum);
          }
        });
  }

  private void before(DataSource session, List<String> along, boolean autovacuum) {
    JdbcTemplate jdbc = new JdbcTemplate(session);
    new TransactionTemplate(new DataSourceTransactionManager(session))
        .executeWithoutResult(
            status -> {
              setTimeouts(jdbc, Isolation.TOGETHER, autovacuum);
              along.forEach(sql -> PlainSql.execute(jdbc, sql));
            });
  }

  /** Where the connection is lost, the rollback fails too; the error that led there counts. */
  private void inTransaction(
      DataSource session, Unit unit, List<String> along, boolean autovacuum) {
    AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    try {
      new TransactionTemplate(new DataSourceTransactionManager(session))
          .executeWithoutResult(
              status -> {
                try {
                  inside(new JdbcTemplate(session), unit, along, autovacuum);
                } catch (StepFailedException | NestedRuntimeException e) {
                  failure.set(e);
                  status.setRollbackOnly();
                }
              });
    } catch (NestedRuntimeException e) {
      if (failure.get() == null) {
        throw e;
      }
    }
    RuntimeException failed = failure.get();
    if (failed != null) {
      throw failed;
    }
  }

  /** The row of the progress is locked first: an attempt whose commit got no answer is seen. */
  private void inside(JdbcTemplate jdbc, Unit unit, List<String> along, boolean autovacuum) {
    setTimeouts(jdbc, Isolation.TOGETHER, autovacuum);
    ScriptProgress progress = progressOn(jdbc);
    int done = progress.lock().done();
    if (done >= unit.end()) {
      return;
    }
    along.forEach(sql -> PlainSql.execute(jdbc, sql));
    if (run.script().kind().isFlat()) {
      asItIs(jdbc, unit.from(done), autovacuum);
    } else {
      for (Step step : unit.from(done)) {
        setTimeouts(jdbc, step.isolation(), autovacuum);
        execute(jdbc, step);
      }
    }
    advance(progress, unit);
  }

  /**
   * Another tool's statements work as long as they need, and may set a {@code statement_timeout} or
   * a role of their own; the role must be ours again where their progress is written down. How long
   * they wait for locks is bounded whatever they set. A constraint that is deferred fails here, and
   * not in the commit, which would name no statement.
   */
  private void asItIs(JdbcTemplate jdbc, List<Step> steps, boolean autovacuum) {
    String role = jdbc.queryForObject("SELECT current_setting('role')", String.class);
    for (Step step : steps) {
      lockLimit.setForOne(jdbc, autovacuum);
      execute(jdbc, step);
    }
    execute(jdbc, steps.get(steps.size() - 1), "SET CONSTRAINTS ALL IMMEDIATE");
    PlainSql.execute(jdbc, "RESET SESSION AUTHORIZATION");
    jdbc.queryForObject("SELECT pg_catalog.set_config('role', ?, true)", String.class, role);
  }

  private static void execute(JdbcTemplate jdbc, Step step) {
    execute(jdbc, step, step.sql());
  }

  /** A failure counts as one of {@code step}. */
  private static void execute(JdbcTemplate jdbc, Step step, String sql) {
    try {
      PlainSql.execute(jdbc, sql);
    } catch (DataAccessException e) {
      throw new StepFailedException(step, e);
    }
  }

  /**
   * No lock. What the transaction has waited or worked counts against its time for both: its locks
   * are held to its end.
   */
  private void setTimeouts(JdbcTemplate jdbc, Isolation isolation, boolean autovacuum) {
    boolean bounded = isolation == Isolation.TOGETHER && !run.script().kind().isFlat();
    if (run.script().kind().isFlat()) {
      lockLimit.setForOne(jdbc, autovacuum);
    } else {
      lockLimit.set(jdbc, autovacuum);
    }
    LockLimit.endStatement(jdbc, bounded ? settings.statementTimeout() : Duration.ZERO);
  }

  private void outside(JdbcTemplate session, Unit unit) {
    Step step = unit.steps().get(0);
    ScriptProgress onSession = progressOn(session);
    boolean mayHaveHappened = onSession.attempt(step);
    try {
      outside.run(session, step, mayHaveHappened);
    } catch (DataAccessException e) {
      if (isAnswer(e) && !step.commitsItself()) {
        onSession.forgetAttempt();
      }
      throw new StepFailedException(step, e);
    }
    advance(onSession, unit);
  }

  /** PostgreSQL itself said no, and the connection lives. */
  private static boolean isAnswer(DataAccessException error) {
    return SqlStates.of(error)
        .filter(state -> !state.startsWith("08") && !state.startsWith("57P"))
        .isPresent();
  }

  private void advance(ScriptProgress where, Unit unit) {
    where.advance(run.steps().subList(0, unit.end()));
  }

  /**
   * Writes down that the file is completed; with it, whatever must be true from then on. Takes
   * locks on indexes that were renamed, for the moment of the commit.
   *
   * @throws ScriptException if that fails for good
   */
  void complete() {
    try {
      retry.run(
          () ->
              new TransactionTemplate(new DataSourceTransactionManager(dataSource))
                  .executeWithoutResult(status -> completeInside(new JdbcTemplate(dataSource))),
          (attempt, waited, error) ->
              log.info(
                  "schema.script-retry migration={} script={} attempt={}/{} waited={}ms: {}",
                  run.id(),
                  run.script().kind().fileName(),
                  attempt,
                  settings.attempts(),
                  waited.toMillis(),
                  ServerMessage.of(error)));
    } catch (NestedRuntimeException e) {
      throw ScriptException.notCompleted(run.id(), run.script(), e);
    }
  }

  private void completeInside(JdbcTemplate jdbc) {
    setTimeouts(jdbc, Isolation.TOGETHER, false);
    progressOn(jdbc).complete();
    if (run.script().kind().isDown()) {
      new IndexInTheWay(jdbc).putBack(run.id(), run.script().kind().opposite().fileName());
    }
  }
}
