package dev.sluice.control;

import dev.sluice.migration.Tuning;

/** The tuning that a launch goes by, which an operator may change while it runs. Thread-safe. */
public final class LiveTuning {

  private volatile Tuning now;

  /**
   * @param atStart the definition's, with what the launch itself asks for
   */
  public LiveTuning(Tuning atStart) {
    this.now = atStart;
  }

  /** Read before each chunk. */
  public Tuning now() {
    return now;
  }

  /** Obeyed from the next chunk on; workers from the next partition on. */
  public void set(Tuning tuning) {
    now = tuning;
  }
}
