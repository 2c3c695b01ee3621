package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import dev.sluice.postgres.SqlStates;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that was refused, or stopped at a statement. The message is for the operator, as it is:
 * where, what PostgreSQL said, what is applied and stays, and the ways on.
 */
public final class ScriptException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Of a long file the last ones are enough. */
  private static final int STEPS_SHOWN_MAX = 10;

  /**
   * @param applied by this run and those before it, and committed
   * @param failed where it stopped
   * @param attempts how many were made
   * @param blockers who held a lock after the last attempt; null: it did not fail for a lock
   */
  record Situation(
      MigrationId id,
      Script script,
      List<Step> applied,
      Step failed,
      int attempts,
      @Nullable String blockers) {}

  private final @Nullable String sqlState;

  private ScriptException(String message, @Nullable Throwable cause) {
    super(message, cause);
    this.sqlState = cause == null ? null : SqlStates.of(cause).orElse(null);
  }

  static ScriptException refused(List<ScriptProblem> problems) {
    List<String> lines = problems.stream().map(ScriptProblem::toString).toList();
    return new ScriptException(
        String.join("\n", lines) + "\nNothing was applied. Correct the file and run again.", null);
  }

  static ScriptException changed(MigrationId id, Script script, int done) {
    return new ScriptException(
        """
        %s: %d of its statements are applied, and they read differently now.
        Nothing was applied by this run. Put them back as they were and run %s again; corrections \
        go behind them."""
            .formatted(script.file(), done, id),
        null);
  }

  static ScriptException failed(Situation situation, Throwable cause) {
    Step step = situation.failed();
    String message =
        """
        %s:%d: %s
        %s%s
        %s
        %s"""
            .formatted(
                situation.script().file(),
                step.line(),
                step.summary(),
                ServerMessage.of(cause),
                attempts(situation),
                applied(situation.applied()),
                wayOn(situation, cause));
    return new ScriptException(message, cause);
  }

  private static String attempts(Situation situation) {
    return situation.blockers() == null
        ? ""
        : ", in each of %d attempts. Held by (pid, application, since): %s."
            .formatted(situation.attempts(), situation.blockers());
  }

  private static String applied(List<Step> steps) {
    if (steps.isEmpty()) {
      return "Applied before it: nothing.";
    }
    StringBuilder text = new StringBuilder("Applied before it, and kept:");
    int hidden = Math.max(0, steps.size() - STEPS_SHOWN_MAX);
    if (hidden > 0) {
      text.append("\n  ").append(hidden).append(" more");
    }
    for (Step step : steps.subList(hidden, steps.size())) {
      text.append("\n  line ").append(step.line()).append(": ").append(step.summary());
    }
    return text.toString();
  }

  private static String wayOn(Situation situation, Throwable cause) {
    return cure(situation, cause)
        + ", then run %s again: it goes on behind what is applied.".formatted(situation.id());
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
      case "42501" -> "Grant the role what it lacks";
      default -> "Correct the database, or the statement in the file";
    };
  }

  /** The SQLSTATE that PostgreSQL gave: 23514 where rows contradict a constraint. */
  public Optional<String> sqlState() {
    return Optional.ofNullable(sqlState);
  }
}
