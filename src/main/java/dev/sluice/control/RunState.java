package dev.sluice.control;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The states of a migration in the ledger, and the only place that says which may follow which. */
public enum RunState {
  PENDING,
  RUNNING,
  PAUSED,
  STOPPED,
  FAILED,
  DIRTY,
  COMPLETED,
  ROLLING_BACK,
  ROLLED_BACK,
  CLEANING,
  CLEANED;

  private static final Map<RunState, Set<RunState>> EDGES =
      Map.ofEntries(
          Map.entry(PENDING, Set.of(RUNNING)), // the first launch
          Map.entry(
              RUNNING,
              Set.of(
                  RUNNING, // a runner died and the next one took over
                  PAUSED, // an operator's pause
                  STOPPED, // an operator's stop, or a signal; or constrain waits for rows in
                  // quarantine
                  FAILED, // a step failed; the next launch goes on there
                  ROLLING_BACK, // it failed and is taken back at once, or its runner died before
                  DIRTY, // a schema script stopped halfway
                  COMPLETED)), // verified
          Map.entry(
              PAUSED,
              Set.of(
                  PAUSED, // noted twice
                  RUNNING, // resumed, or launched again
                  STOPPED, // by an operator, while it waited
                  FAILED, // it lost its lock, or a worker failed as the others began to wait
                  ROLLING_BACK)), // taken back
          Map.entry(STOPPED, Set.of(RUNNING, ROLLING_BACK)), // launched again, or taken back
          Map.entry(FAILED, Set.of(RUNNING, ROLLING_BACK)), // launched again, or taken back
          Map.entry(DIRTY, Set.of(RUNNING, ROLLING_BACK, FAILED)), // goes on, taken back, examined
          Map.entry(
              COMPLETED,
              Set.of(COMPLETED, ROLLING_BACK, CLEANING)), // a catch-up, or one of the two ends
          Map.entry(
              ROLLING_BACK, Set.of(ROLLING_BACK, ROLLED_BACK, STOPPED, FAILED)), // never forward
          Map.entry(ROLLED_BACK, Set.of(RUNNING)), // a new run, counted up
          Map.entry(CLEANING, Set.of(CLEANING, CLEANED)), // only on: what it dropped is gone
          Map.entry(CLEANED, Set.of())); // the old side is gone

  public boolean mayBecome(RunState next) {
    return EDGES.getOrDefault(this, Set.of()).contains(next);
  }

  /** The change is there, with its old side or without. */
  public boolean isApplied() {
    return this == COMPLETED || this == CLEANING || this == CLEANED;
  }

  /** Nothing of a run is left to do. */
  public boolean isOver() {
    return this == COMPLETED || this == ROLLED_BACK || this == CLEANED;
  }

  /** Something of it may be there. */
  public boolean isBegun() {
    return this != PENDING && this != ROLLED_BACK;
  }

  /**
   * Whether an operator may set it by force, from any other: those that mean a process at work are
   * not for people to declare.
   */
  public boolean mayBeForced() {
    return switch (this) {
      case PENDING, STOPPED, FAILED, COMPLETED, ROLLED_BACK, CLEANED -> true;
      case RUNNING, PAUSED, DIRTY, ROLLING_BACK, CLEANING -> false;
    };
  }

  /**
   * Whether an operator may set this state for a migration in the other one. What is taken back, or
   * on the way there, is not to go on in its middle: it is applied by somebody's hand, or begins
   * anew.
   */
  public boolean mayBeForcedFrom(RunState before) {
    boolean goesOn = this == STOPPED || this == FAILED;
    return switch (before) {
      case PENDING, ROLLED_BACK, ROLLING_BACK, CLEANING, CLEANED -> mayBeForced() && !goesOn;
      case RUNNING, PAUSED, STOPPED, FAILED, DIRTY, COMPLETED -> mayBeForced();
    };
  }

  /** As the ledger's column and {@code status --json} spell it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of that name, if there is one. */
  public static Optional<RunState> find(String label) {
    return Arrays.stream(values()).filter(state -> state.label().equals(label)).findFirst();
  }

  static RunState ofLabel(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }
}
