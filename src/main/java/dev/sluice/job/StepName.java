package dev.sluice.job;

/** The steps of a migration's jobs: forward in their order, then those of the way back. */
public enum StepName {
  PREFLIGHT("preflight"),
  EXPAND("expand"),
  PREFLIGHT_DATA("preflight-data"),
  BACKFILL("backfill"),
  SWEEP("sweep"),
  CONSTRAIN("constrain"),
  VERIFY("verify"),
  CONSTRAIN_DOWN("constrain-down"),
  PREFLIGHT_RESTORE("preflight-restore"),
  RESTORE("restore"),
  RESTORE_SWEEP("restore-sweep"),
  VERIFY_RESTORED("verify-restored"),
  EXPAND_DOWN("expand-down");

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

  public String label() {
    return label;
  }
}
