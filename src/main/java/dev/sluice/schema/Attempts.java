package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts and logs what failed for a passing reason in one unit. Not thread-safe. */
final class Attempts implements LockRetry.Listener {
  private static final Logger log = LoggerFactory.getLogger(Attempts.class);

  private static final Set<String> LOCK_FAILURES =
      Set.of(SqlStates.LOCK_NOT_AVAILABLE, "40P01"); // deadlock detected

  private final ScriptRun run;
  private final Unit unit;
  private final ScriptSettings settings;
  private final Blockers blockers;
  private int failed;
  private @Nullable String lastBlockers;

  Attempts(ScriptRun run, Unit unit, ScriptSettings settings, Blockers blockers) {
    this.run = run;
    this.unit = unit;
    this.settings = settings;
    this.blockers = blockers;
  }

  @Override
  public void failed(int attempt, Duration waited, Throwable error) {
    Step step = stepOf(error);
    failed = attempt;
    lastBlockers = blockers.of(step);
    log.info(
        "schema.retry migration={} statement={} attempt={}/{} waited={}ms blockers={}",
        run.id(),
        run.place(step),
        attempt,
        settings.attempts(),
        waited.toMillis(),
        lastBlockers);
  }

  /** Whether the last attempt found it in the way. */
  boolean metAutovacuum() {
    return lastBlockers != null && Blockers.hasAutovacuum(lastBlockers);
  }

  /** The blockers of an earlier failure do not explain a last one of another kind. */
  ScriptException.Situation situation(RuntimeException error) {
    boolean locked = SqlStates.of(error).filter(LOCK_FAILURES::contains).isPresent();
    return new ScriptException.Situation(
        run.id(),
        run.script(),
        run.steps(),
        unit,
        stepOf(error),
        failed,
        locked ? lastBlockers : null);
  }

  private Step stepOf(Throwable error) {
    return error instanceof StepFailedException failure ? failure.step() : unit.steps().get(0);
  }
}
