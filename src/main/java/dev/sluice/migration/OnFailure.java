package dev.sluice.migration;

/** What follows when a run has failed for good. */
public enum OnFailure {
  /** It stays as it is, and goes on when it is run again. */
  STOP,
  /** It is rolled back at once. */
  ROLLBACK
}
