package dev.sluice.control;

import dev.sluice.migration.LiveSettings;
import java.util.Optional;

/** A launch, as far as commands concern it. Safe for concurrent use. */
public interface Steered {

  /** Whether it may be held back between two chunks or steps. */
  boolean isPausable();

  /** Whether the ledger's state while it runs has paused beside it. */
  boolean hasPausedState();

  /**
   * Takes these settings over, in place of all before.
   *
   * @throws IllegalArgumentException saying why, if they cannot be; those before stay
   */
  void tune(LiveSettings settings);

  /** Cancels the statements that run at this moment. */
  void cancelRunning();

  /** Threads that have a part of the work to do, those that wait included. */
  int busyWorkers();

  /** What a worker waits for, besides a pause; empty: none does. */
  Optional<Waiting> waiting();

  int chunkRows();

  int workers();

  /**
   * @param signal what it waits for, without this moment's figures
   * @param reason shown to the operator as it is
   */
  record Waiting(String signal, String reason) {}
}
