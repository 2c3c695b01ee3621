package dev.sluice.job;

/**
 * A job failed for a reason that another launch may pass.
 *
 * <p>Its cause says what failed; it says where, and whether the launch got on.
 */
final class JobFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String step;
  private final boolean progressed;
  private final boolean paused;

  /**
   * @param progressed whether the launch committed a chunk
   * @param paused whether an operator held it back as it failed
   */
  JobFailedException(String step, boolean progressed, boolean paused, Throwable cause) {
    super(cause);
    this.step = step;
    this.progressed = progressed;
    this.paused = paused;
  }

  String step() {
    return step;
  }

  boolean progressed() {
    return progressed;
  }

  boolean paused() {
    return paused;
  }
}
