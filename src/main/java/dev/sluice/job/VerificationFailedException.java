package dev.sluice.job;

/** The rows are done, and a check says that they are not right. */
public final class VerificationFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  VerificationFailedException(String message) {
    super(message);
  }
}
