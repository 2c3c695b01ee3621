package dev.sluice.job;

import dev.sluice.migration.Script;

/** The steps of a migration's jobs: forward in their order, those of the way back, of cleanup. */
public enum StepName {
  PREFLIGHT("preflight"),
  EXPAND("expand"),
  PREFLIGHT_DATA("preflight-data"),
  BACKFILL("backfill"),
  SWEEP("sweep"),
  CONSTRAIN("constrain"),
  /** Of a catch-up only: puts the trigger of {@code sync: capture} back. */
  CAPTURE("capture"),
  /** The way forth of a migration in another tool's form. */
  UP("up"),
  VERIFY("verify"),
  CONSTRAIN_DOWN("constrain-down"),
  PREFLIGHT_RESTORE("preflight-restore"),
  RESTORE("restore"),
  RESTORE_SWEEP("restore-sweep"),
  VERIFY_RESTORED("verify-restored"),
  EXPAND_DOWN("expand-down"),
  /** The way back of one in another tool's form. */
  DOWN("down"),
  CLEANUP("cleanup"),
  DROP_JOURNAL("drop-journal");

  /** The name of a partition's step, before {@code :p001}. */
  static final String WORKER = "chunks";

  private final String label;

  StepName(String label) {
    this.label = label;
  }

  /** The step that a step execution belongs to, which a partition's name does not say. */
  static String labelOf(String stepExecutionName) {
    return stepExecutionName.startsWith(WORKER + ":") ? BACKFILL.label : stepExecutionName;
  }

  /** The step that runs a script. */
  static StepName of(Script.Kind kind) {
    return switch (kind) {
      case EXPAND_UP -> EXPAND;
      case CONSTRAIN_UP -> CONSTRAIN;
      case CONSTRAIN_DOWN -> CONSTRAIN_DOWN;
      case EXPAND_DOWN -> EXPAND_DOWN;
      case UP -> UP;
      case DOWN -> DOWN;
      case CLEANUP_UP -> CLEANUP;
      case CLEANUP_DOWN -> throw new IllegalArgumentException("no step for " + kind);
    };
  }

  public String label() {
    return label;
  }
}
