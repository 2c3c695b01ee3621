package dev.sluice.control;

import dev.sluice.migration.MigrationId;

/**
 * What came of a command to a migration's runner.
 *
 * @param text for the operator, without the id before it
 */
public record CommandAnswer(MigrationId id, Kind kind, String text) {

  /** How far it came. */
  public enum Kind {
    /** It is as the operator wants it, or will be at the next launch. */
    DONE,
    /**
     * Its state does not allow it, its process does not, or nobody knows it: nothing of it holds.
     */
    REFUSED,
    /** Recorded, but its process has not done it within the time that a chunk takes. */
    PENDING
  }

  static CommandAnswer done(MigrationId id, String text) {
    return new CommandAnswer(id, Kind.DONE, text);
  }

  static CommandAnswer refused(MigrationId id, String text) {
    return new CommandAnswer(id, Kind.REFUSED, text);
  }

  static CommandAnswer pending(MigrationId id, String text) {
    return new CommandAnswer(id, Kind.PENDING, text);
  }

  public boolean isRefused() {
    return kind == Kind.REFUSED;
  }

  public boolean isPending() {
    return kind == Kind.PENDING;
  }

  /** For the operator. */
  public String message() {
    return id + ": " + text;
  }
}
