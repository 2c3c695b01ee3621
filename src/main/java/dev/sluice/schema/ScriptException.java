package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.postgres.SqlStates;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/**
 * A file that was refused, or stopped at a statement. The message is for the operator, as it is:
 * where, what PostgreSQL said, what is applied and stays, and the ways on.
 */
public final class ScriptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Of a long file the last ones are enough. */
  private static final int STEPS_SHOWN_MAX = 10;

  /**
   * @param steps all of the file
   * @param unit what was tried; what stands before it is done and committed
   * @param failed where it stopped, a step of the unit
   * @param attempts how many failed for a passing reason
   * @param blockers who held a lock after the last attempt; null: it did not fail for a lock
   */
  record Situation(
      MigrationId id,
      Script script,
      List<Step> steps,
      Unit unit,
      Step failed,
      int attempts,
      @Nullable String blockers) {

    List<Step> applied() {
      return steps.subList(0, unit.first());
    }

    /** Those before it in its transaction. */
    List<Step> rolledBack() {
      return unit.steps().subList(0, unit.steps().indexOf(failed));
    }

    int number() {
      return unit.first() + unit.steps().indexOf(failed) + 1;
    }
  }

  private final @Nullable String sqlState;
  private final boolean halfApplied;

  private ScriptException(String message, boolean halfApplied) {
    this(message, halfApplied, null, null);
  }

  private ScriptException(
      String message, boolean halfApplied, @Nullable Throwable cause, @Nullable String sqlState) {
    super(message, cause);
    this.halfApplied = halfApplied;
    this.sqlState = sqlState;
  }

  /**
   * @param done statements that an earlier run applied
   */
  static ScriptException refused(List<ScriptProblem> problems, int done) {
    List<String> lines = problems.stream().map(ScriptProblem::toString).toList();
    String state =
        done == 0
            ? "Nothing was applied."
            : "Nothing was applied by this run; %d statements are from before.".formatted(done);
    return new ScriptException(
        String.join("\n", lines) + "\n" + state + " Correct the file and run again.", done > 0);
  }

  static ScriptException changed(MigrationId id, Script script, int done) {
    return new ScriptException(
        """
        %s: %d of its statements are applied, and they read differently now.
        Nothing was applied by this run. Put them back as they were, then %s goes on; corrections \
        go behind them."""
            .formatted(script.file(), done, commands(id, script.kind())),
        true);
  }

  static ScriptException halfTakenBack(MigrationId id, Script script, int done) {
    return new ScriptException(
        """
        %s: %s has begun to take it back, %d of its statements are applied.
        Nothing was applied by this run. Run %s to its end first, by %s."""
            .formatted(
                script.file(),
                script.kind().opposite().fileName(),
                done,
                script.kind().opposite().fileName(),
                commands(id, script.kind().opposite())),
        true);
  }

  static ScriptException notCompleted(MigrationId id, Script script, Throwable cause) {
    return new ScriptException(
        """
        %s: every statement is applied, and it could not be written down as completed.
        %s
        Correct that, then %s ends it: no statement is repeated."""
            .formatted(script.file(), ServerMessage.of(cause), commands(id, script.kind())),
        true,
        cause,
        SqlStates.of(cause).orElse(null));
  }

  static ScriptException failed(Situation situation, Throwable cause) {
    Step step = situation.failed();
    String message =
        """
        %s:%d: statement %d of %d: %s
        %s%s
        %s
        %s
        %s"""
            .formatted(
                situation.script().file(),
                step.line(),
                situation.number(),
                situation.steps().size(),
                step.summary(),
                ServerMessage.of(cause),
                attempts(situation, cause),
                state(situation, cause),
                wayOn(situation, cause),
                wayBack(situation));
    boolean halfApplied =
        !situation.applied().isEmpty()
            || isUnknown(situation, cause)
            || leavesAnIndex(situation, cause)
            || step.commitsItself();
    // a relaunch would look for a passing cause, and do twice what the statement has committed
    Throwable told = step.commitsItself() ? null : cause;
    return new ScriptException(message, halfApplied, told, SqlStates.of(cause).orElse(null));
  }

  private static String attempts(Situation situation, Throwable cause) {
    if (!SqlStates.isTransient(cause)) {
      return "";
    }
    String attempts =
        situation.attempts() <= 1
            ? ", in 1 attempt"
            : ", in each of %d attempts".formatted(situation.attempts());
    return situation.blockers() == null
        ? attempts
        : attempts + ". Held by (pid, application, since): " + situation.blockers() + ".";
  }

  /** What is true in the database now. */
  private static String state(Situation situation, Throwable cause) {
    StringBuilder text = new StringBuilder();
    if (situation.applied().isEmpty()) {
      text.append("Applied before it: nothing.");
    } else {
      text.append("Applied before it, and kept:");
      list(situation.applied(), text);
    }
    if (!situation.rolledBack().isEmpty()) {
      text.append("\nRolled back with it:");
      list(situation.rolledBack(), text);
    }
    if (situation.failed().commitsItself()) {
      text.append(
          "\nWhat the statement has committed itself stays, and is done again by a next run.");
    } else if (isUnknown(situation, cause)) {
      text.append("\nWhether it took effect is not known: the next run looks first.");
    } else if (leavesAnIndex(situation, cause)) {
      text.append("\nAn invalid index may be left: the next run replaces it.");
    }
    return text.toString();
  }

  /** The connection was lost where nothing rolls back, or while the commit was under way. */
  private static boolean isUnknown(Situation situation, Throwable cause) {
    boolean lost = SqlStates.isTransient(cause) && situation.blockers() == null;
    boolean begun = !(cause instanceof CannotGetJdbcConnectionException);
    return lost
        && begun
        && (situation.unit().isOutside() || !(cause instanceof StepFailedException));
  }

  private static boolean leavesAnIndex(Situation situation, Throwable cause) {
    return SqlStates.isTransient(cause)
        && situation.unit().isOutside()
        && CreateIndex.of(situation.failed().sql()).isPresent();
  }

  private static void list(List<Step> steps, StringBuilder text) {
    int hidden = Math.max(0, steps.size() - STEPS_SHOWN_MAX);
    if (hidden > 0) {
      text.append("\n  ").append(hidden).append(" more");
    }
    for (Step step : steps.subList(hidden, steps.size())) {
      text.append("\n  line ").append(step.line()).append(": ").append(step.summary());
    }
  }

  private static String wayOn(Situation situation, Throwable cause) {
    return "%s, then %s goes on behind what is applied."
        .formatted(cure(situation, cause), commands(situation.id(), situation.script().kind()));
  }

  /** What an operator types to run a script of this kind again. */
  private static String commands(MigrationId id, Script.Kind kind) {
    return switch (kind) {
      case EXPAND_UP, CONSTRAIN_UP, UP -> "'run %s' or 'up'".formatted(id);
      case EXPAND_DOWN, CONSTRAIN_DOWN, DOWN -> "'rollback %s' or 'down'".formatted(id);
      case CLEANUP_UP, CLEANUP_DOWN -> "'cleanup %1$s --confirm %1$s'".formatted(id);
    };
  }

  private static String wayBack(Situation situation) {
    Script.Kind kind = situation.script().kind();
    if (situation.applied().isEmpty() && !situation.failed().commitsItself()) {
      return "Or leave it: nothing of the file is applied.";
    }
    MigrationId id = situation.id();
    if (kind.isDown() || kind == Script.Kind.CLEANUP_UP) {
      return "Or go back: reverse what is applied by hand, then 'force %s completed'."
          .formatted(id);
    }
    return "Or go back: 'rollback %1$s'; or reverse what is applied by hand, then 'force %1$s pending'."
        .formatted(id);
  }

  private static String cure(Situation situation, Throwable cause) {
    if (situation.blockers() != null) {
      return "Wait until the table is free, or end the sessions that hold it";
    }
    if (SqlStates.isTransient(cause)) {
      return "Wait until the server is back";
    }
    return switch (SqlStates.of(cause).orElse("")) {
      case SqlStates.QUERY_CANCELED ->
          "It scans or rewrites its table under a lock that blocks the application, or somebody"
              + " cancelled it. Do it in smaller steps, or in a maintenance window";
      case "23502", "23503", "23505", "23514", "23P01" -> "Rows contradict it. Correct the rows";
      case "25001", "2D000" ->
          "It cannot be in a transaction with others. Put it alone into a file";
      case "42501" -> "Grant the role what it lacks";
      default -> "Correct the database, or the statement in the file";
    };
  }

  /**
   * Whether something of the file is applied and stays, or may be: then its schema is between two
   * states until somebody goes one of the ways that the message names.
   */
  public boolean isHalfApplied() {
    return halfApplied;
  }

  /** The SQLSTATE that PostgreSQL gave: 23514 where rows contradict a constraint. */
  public Optional<String> sqlState() {
    return Optional.ofNullable(sqlState);
  }
}
