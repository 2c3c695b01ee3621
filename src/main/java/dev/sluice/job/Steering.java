package dev.sluice.job;

import dev.sluice.control.CommandWatch;
import dev.sluice.control.LiveTuning;
import dev.sluice.control.PauseGate;
import dev.sluice.control.RecentRate;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.Steered;
import dev.sluice.control.StopSignal;
import dev.sluice.definition.SettingsReader;
import dev.sluice.migration.LiveSettings;
import dev.sluice.migration.Tuning;
import dev.sluice.postgres.CancellableDataSource;
import dev.sluice.throttle.Waits;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How operators steer one launch, from when its lock is taken: what may hold it back, what it goes
 * by, and what it tells of itself. Closed, it listens no more. Safe for concurrent use.
 */
final class Steering implements Steered, AutoCloseable {

  private final JobEnvironment environment;
  private final Kind kind;
  private final Tuning atStart;
  private final LiveTuning tuning;
  private final Waits waits = new Waits();
  private final RecentRate rate = new RecentRate();
  private final PauseGate gate;
  private final CommandWatch watch;
  private final AtomicInteger walkers = new AtomicInteger();
  private volatile @Nullable Workers workers;

  /** What a pause means for a job. */
  enum Kind {
    /** Held back, and the ledger says paused. */
    RUN,
    /** Held back, while the ledger's state stays. */
    OTHER,
    /** Not held back: over in moments, and what it drops is half gone else. */
    CLEANUP
  }

  /**
   * @param lock of this launch, held
   * @param firstEpoch of the first launch of the same command
   * @param atStart the definition's tuning, with what the launch itself asks for
   */
  Steering(
      JobEnvironment environment,
      Kind kind,
      RunnerLock lock,
      long firstEpoch,
      StopSignal stop,
      Tuning atStart) {
    this.environment = environment;
    this.kind = kind;
    this.atStart = atStart;
    this.tuning = new LiveTuning(atStart);
    this.gate =
        new PauseGate(
            duration -> {
              stop.await(duration);
              lock.throwIfLost();
            });
    this.watch =
        new CommandWatch(
            environment.dataSource(),
            new CommandWatch.Controls(
                lock.epoch(), firstEpoch, environment.runner(), stop, gate, rate),
            this);
  }

  /** Listens to operators until it is closed: to a stop, and to all else once the job begins. */
  void listen() {
    watch.start();
  }

  /**
   * The job begins, with what holds from before.
   *
   * @param threads their number follows the tuning; null: it has none
   */
  void begins(@Nullable Workers threads) {
    workers = threads;
    watch.launches();
  }

  @Override
  public void close() {
    watch.close();
  }

  LiveTuning tuning() {
    return tuning;
  }

  Waits waits() {
    return waits;
  }

  /**
   * Waits while an operator wants a pause.
   *
   * @param meanwhile what it throws ends the wait
   */
  void pass(Runnable meanwhile) {
    gate.pass(meanwhile);
  }

  /** Counts a thread that is none of the workers: it is not paused until it passes, or ends. */
  void duringWork(Runnable work) {
    walkers.incrementAndGet();
    try {
      work.run();
    } finally {
      walkers.decrementAndGet();
    }
  }

  /** Whether an operator holds it back at this moment. */
  boolean isPaused() {
    return gate.isClosed();
  }

  /** Whether an operator has held it back. */
  boolean hasPaused() {
    return gate.hasHeld();
  }

  /** A chunk of so many rows is committed. */
  void did(int rows) {
    rate.add(rows);
  }

  @Override
  public boolean isPausable() {
    return kind != Kind.CLEANUP;
  }

  @Override
  public boolean hasPausedState() {
    return kind == Kind.RUN;
  }

  @Override
  public void tune(LiveSettings settings) {
    int before = tuning.now().workers();
    tuning.set(SettingsReader.over(atStart, settings));
    int now = tuning.now().workers();
    Workers threads = workers;
    if (threads != null && now != before) { // else the throttle has set how many, under load fewer
      threads.resize(now);
    }
  }

  @Override
  public void cancelRunning() {
    if (environment.dataSource() instanceof CancellableDataSource cancellable) {
      cancellable.cancelRunning();
    }
  }

  @Override
  public int busyWorkers() {
    Workers threads = workers;
    return walkers.get() + (threads == null ? 0 : threads.busy());
  }

  @Override
  public Optional<Waiting> waiting() {
    return waits.now().map(wait -> new Waiting(wait.signal(), wait.reason()));
  }

  @Override
  public int chunkRows() {
    return tuning.now().pacedChunk().rows();
  }

  @Override
  public int workers() {
    Workers threads = workers;
    return threads == null ? tuning.now().workers() : threads.count();
  }
}
