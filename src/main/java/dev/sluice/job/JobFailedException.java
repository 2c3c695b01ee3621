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

  /**
   * @param progressed whether the launch committed a chunk
   */
  JobFailedException(String step, boolean progressed, Throwable cause) {
    super(cause);
    this.step = step;
    this.progressed = progressed;
  }

  String step() {
    return step;
  }

  boolean progressed() {
    return progressed;
  }
}
