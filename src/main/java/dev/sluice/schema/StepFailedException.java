package dev.sluice.schema;

/** Carries which step failed from inside a transaction to where it is told. */
final class StepFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Step step;

  StepFailedException(Step step, RuntimeException cause) {
    super(cause);
    this.step = step;
  }

  Step step() {
    return step;
  }
}
