package dev.sluice.job;

import dev.sluice.control.Commands;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.ServerSession;
import dev.sluice.throttle.Throttle;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the work of one command done under the runner lock, steered and throttled, and again after
 * what passes by itself. A lock that was lost is taken back from its own session. For one call.
 */
final class LockedLaunches {

  private static final Logger log = LoggerFactory.getLogger(LockedLaunches.class);

  /** Between the taking of a runner lock and the note of its holder in the ledger. */
  private static final Duration NOTED_MAX = Duration.ofMillis(300);

  private final JobEnvironment environment;
  private final Migration migration;
  private final Steering.Kind kind;
  private final StopSignal stop;

  /** Of the lock that the last launch lost; null: it has given it back. */
  private @Nullable ServerSession leftBehind;

  /** Of the first launch; 0 before its lock is taken. */
  private long firstEpoch;

  /**
   * @param kind what a pause means for it
   */
  LockedLaunches(
      JobEnvironment environment, Migration migration, Steering.Kind kind, StopSignal stop) {
    this.environment = environment;
    this.migration = migration;
    this.kind = kind;
    this.stop = stop;
  }

  /**
   * What a launch holds, until it ends.
   *
   * @param steering listens to a stop
   * @param isLast whether no other launch follows one that failed so
   */
  record Held(RunnerLock lock, Steering steering, Throttle throttle, Predicate<Exception> isLast) {}

  /** What the command does. */
  @FunctionalInterface
  interface Work {

    /** Why no lock is needed, asked before there need be a schema; empty: it is. */
    default Optional<RunResult> withoutLock() {
      return Optional.empty();
    }

    RunResult launch(Held held) throws Exception;
  }

  RunResult run(Work work) {
    return new Relaunches(migration, stop)
        .run(
            isLast -> {
              stop.throwIfStopped();
              endLeftBehind();
              Optional<RunResult> answer = work.withoutLock();
              return answer.isPresent() ? answer.get() : launch(work, isLast);
            });
  }

  /** The launch before has ended, so its lock's session is in nobody's way but ours. */
  private void endLeftBehind() throws SQLException {
    ServerSession session = leftBehind;
    if (session != null && session.terminate(environment.dataSource())) {
      log.info("runner-lock.freed migration={} server-process={}", id(), session.process());
    }
    leftBehind = null;
  }

  private MigrationId id() {
    return migration.id();
  }

  private RunResult launch(Work work, Predicate<Exception> isLast) throws Exception {
    new SluiceSchema(environment.dataSource()).upgrade(stop);
    Optional<RunnerLock> taken =
        RunnerLock.tryTake(
            environment.dataSource(), id(), migration.checksum(), environment.runner());
    if (taken.isEmpty()) {
      return busy();
    }
    RunnerLock lock = taken.get();
    if (firstEpoch == 0) {
      firstEpoch = lock.epoch().number();
    }
    try (lock;
        Steering steering =
            new Steering(environment, kind, lock, firstEpoch, stop, migration.tuning());
        Throttle throttle = environment.throttle(migration, lock.epoch(), steering.tuning())) {
      steering.listen(); // what is asked under the lock may take hours: it can be stopped
      return work.launch(new Held(lock, steering, throttle, isLast));
    } finally {
      leftBehind = lock.leftBehind().orElse(null);
    }
  }

  private RunResult busy() {
    stop.await(NOTED_MAX);
    String runner = environment.ledger().find(id()).map(LedgerEntry::runner).orElse("unknown");
    String holder =
        RunnerLock.holder(environment.dataSource(), id()).orElse("a session that has just ended");
    String paused =
        new Commands(environment.dataSource())
            .pause(id())
            .map(pause -> ", %s; 'resume %s' goes on".formatted(pause.asPause(), id()))
            .orElse("");
    return RunResult.of(
        id(),
        Outcome.BUSY,
        "%s: is being run by %s (%s)%s".formatted(id(), runner, holder, paused));
  }
}
