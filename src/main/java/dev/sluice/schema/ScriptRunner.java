package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptResult.Executed;
import dev.sluice.schema.ScriptResult.Rewrite;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Runs the SQL files of migrations, each of their statements once, over crashes and restarts.
 * Thread-safe; that one migration has one runner is the caller's business.
 */
public final class ScriptRunner {
  private static final Logger log = LoggerFactory.getLogger(ScriptRunner.class);

  private final DataSource dataSource;
  private final Waiter waiter;
  private final ScriptSettings settings;

  /**
   * @param waiter asked between transactions, and waited with between attempts
   */
  public ScriptRunner(DataSource dataSource, Waiter waiter, ScriptSettings settings) {
    this.dataSource = dataSource;
    this.waiter = waiter;
    this.settings = settings;
  }

  /**
   * Runs what is left of the file.
   *
   * @throws ScriptException if the file is refused or a statement fails for good
   * @throws Waiter.StoppedException if an operator stops the run; what is done stays done
   * @throws IllegalStateException if a transaction is open: a wait inside it would hold its locks
   */
  public ScriptResult run(MigrationId id, Script script) {
    return run(id, script, List.of());
  }

  /**
   * Runs what is left of the file, and something else with it: in the transaction of the first step
   * that is left and writes the catalog, so that both happen or neither. Where there is no such
   * step, or one before it ends transactions itself, in a transaction of its own before that.
   *
   * @param along statements that may run again; not run where nothing of the file is left
   */
  public ScriptResult run(MigrationId id, Script script, List<String> along) {
    if (TransactionSynchronizationManager.hasResource(dataSource)) {
      throw new IllegalStateException("a script must run outside any transaction");
    }
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    ScriptProgress progress = new ScriptProgress(jdbc, id, script.kind());
    refuseHalfTakenBack(id, script, progress);
    ScriptProgress.State state = progress.open();
    if (state.completed()) {
      return new ScriptResult(state.done(), List.of(), List.of());
    }
    Plan plan = plan(script, state.done());
    List<Step> steps = plan.steps();
    refuseChanged(id, script, steps, state);
    refuseOnServer(script, steps, state.done(), jdbc);
    plan.rewrites().forEach(rewrite -> log(id, script, rewrite));
    UnitRunner units =
        new UnitRunner(new ScriptRun(id, script, steps), dataSource, waiter, settings);
    List<Unit> adapted =
        script.kind().isFlat() ? plan.units() : PartitionedForeignKey.adapt(plan.units(), jdbc);
    List<Unit> left = adapted.stream().filter(unit -> unit.end() > state.done()).toList();
    int carrier = carrier(left);
    for (int i = 0; i < left.size(); i++) {
      waiter.await(Duration.ZERO); // an operator's stop is obeyed here
      units.run(left.get(i).after(state.done()), i == carrier ? along : List.of());
    }
    units.complete();
    log.info("schema.script migration={} script={} completed", id, script.kind().fileName());
    return new ScriptResult(
        state.done(), executed(steps.subList(state.done(), steps.size())), plan.rewrites());
  }

  /** The place of the unit that something else may go along with. */
  private static int carrier(List<Unit> units) {
    for (int i = 0; i < units.size(); i++) {
      Step first = units.get(i).steps().get(0);
      if (first.isolation() == Isolation.TOGETHER || first.commitsItself()) {
        return i;
      }
    }
    return 0;
  }

  /** Whether a statement of the file was ever tried, and has not been taken back since. */
  public boolean hasBegun(MigrationId id, Script.Kind kind) {
    return new ScriptProgress(new JdbcTemplate(dataSource), id, kind).hasBegun();
  }

  /**
   * Counts every statement of the script as applied without running one, and its down as never
   * begun: what another tool, or a person, has done already. May run twice.
   */
  public void assumeApplied(MigrationId id, Script up) {
    if (up.kind().isDown()) {
      throw new IllegalArgumentException(
          up.kind() + " takes back, a script that goes up is wanted");
    }
    new ScriptProgress(new JdbcTemplate(dataSource), id, up.kind()).assumeDone(Plan.of(up).steps());
    log.info("schema.assumed migration={} script={}", id, up.kind().fileName());
  }

  /** No script of the migration counts as begun any more. The database stays as it is. */
  public void forget(MigrationId id) {
    int forgotten =
        new JdbcTemplate(dataSource)
            .update("DELETE FROM sluice.script WHERE migration_id = ?", id.value());
    log.info("schema.forgotten migration={} scripts={}", id, forgotten);
  }

  /** How far the script got. Changes nothing, takes no lock on a table of the user. */
  public ScriptState state(MigrationId id, Script script) {
    return new ScriptExamination(new JdbcTemplate(dataSource)).of(id, script);
  }

  /** On what is left of the up's work, its statements that are done would be missed for ever. */
  private static void refuseHalfTakenBack(MigrationId id, Script script, ScriptProgress progress) {
    if (!script.kind().isDown()) {
      progress
          .opposite()
          .filter(down -> !down.completed() && down.done() > 0)
          .ifPresent(
              down -> {
                throw ScriptException.halfTakenBack(id, script, down.done());
              });
    }
  }

  private static Plan plan(Script script, int done) {
    List<ScriptProblem> problems = ScriptReader.check(script);
    if (!problems.isEmpty()) {
      throw ScriptException.refused(problems, done);
    }
    return Plan.of(script);
  }

  private static void refuseChanged(
      MigrationId id, Script script, List<Step> steps, ScriptProgress.State state) {
    int done = state.done();
    boolean same =
        done <= steps.size()
            && ScriptProgress.digest(steps.subList(0, done)).equals(state.digest());
    if (!same) {
      throw ScriptException.changed(id, script, done);
    }
  }

  private static void refuseOnServer(Script script, List<Step> steps, int done, JdbcTemplate jdbc) {
    List<ScriptProblem> problems =
        new ServerRules(script, jdbc).against(steps.subList(done, steps.size()));
    if (!problems.isEmpty()) {
      throw ScriptException.refused(problems, done);
    }
  }

  private static void log(MigrationId id, Script script, Rewrite rewrite) {
    log.info(
        "schema.rewrite migration={} statement={}:{} instead={}",
        id,
        script.kind().fileName(),
        rewrite.line(),
        String.join("; ", rewrite.instead()));
  }

  private static List<Executed> executed(List<Step> steps) {
    return steps.stream().map(step -> new Executed(step.line(), step.summary())).toList();
  }
}
