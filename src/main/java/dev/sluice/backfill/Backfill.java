package dev.sluice.backfill;

import dev.sluice.control.CapturedEntries;
import dev.sluice.control.Epoch;
import dev.sluice.control.Quarantine;
import dev.sluice.migration.ChunkPolicy;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Tuning;
import dev.sluice.postgres.DeadlockTimeout;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.KeySample;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.RowLocks;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransientRetry;
import dev.sluice.postgres.Waiter;
import dev.sluice.sync.CaptureTable;
import dev.sluice.throttle.ChunkAllowance;
import dev.sluice.throttle.ChunkSize;
import dev.sluice.throttle.PaceGate;
import dev.sluice.throttle.Throttle;
import dev.sluice.throttle.Waits;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.partition.Partitioner;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.core.task.TaskExecutor;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.retry.support.RetryTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The backfill of one run: makes the steps that change rows, and what each of their walks needs.
 *
 * <p>The catalog is read when the first walk begins, after expand. Safe for concurrent use.
 */
public final class Backfill {

  private static final int KEYS_LOOKED_AT = 20;
  private static final int LOOKAHEAD_SECONDS_MAX = 1;

  private final Environment environment;
  private final DataMigration migration;
  private final Supplier<Work> newWork;
  private final RunContext run;
  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final AtomicBoolean aborted = new AtomicBoolean();

  /** A worker is a thread. Its next partition starts with the size that fitted the last one. */
  private final ThreadLocal<ChunkSize> sizes;

  private @Nullable Target target;

  /** What the program gives: the database and Spring Batch's repository in it. */
  public record Environment(
      DataSource dataSource,
      PlatformTransactionManager transactionManager,
      JobRepository jobRepository,
      Clock clock,
      Waiter waiter) {}

  /**
   * What the launch gives: which run this is, its turn, what it asks before each chunk.
   *
   * @param workers its threads are the migration's workers
   */
  public record RunContext(long run, Epoch epoch, Pacing pacing, TaskExecutor workers) {}

  /**
   * What decides when a chunk begins and how large it is.
   *
   * @param boundary the operator's word
   * @param throttle asked before each chunk, told after it
   * @param waits where the workers note what they wait for
   * @param done gets the rows of each committed chunk
   * @param tuning the definition's, as the launch and an operator have changed it by now
   */
  public record Pacing(
      ChunkBoundary boundary,
      Throttle throttle,
      Waits waits,
      IntConsumer done,
      Supplier<Tuning> tuning) {}

  /** What is to do, as the catalog is after expand, and how long a chunk may take. */
  private record Target(Work work, ChunkTimes times) {}

  private Backfill(
      Environment environment, DataMigration migration, RunContext run, Supplier<Work> newWork) {
    this.environment = environment;
    this.migration = migration;
    this.run = run;
    this.newWork = newWork;
    ChunkAllowance allowance =
        new ChunkAllowance(run.pacing().throttle()::harms, () -> tuning().workers());
    this.sizes =
        ThreadLocal.withInitial(() -> new ChunkSize(() -> tuning().pacedChunk(), allowance));
    this.jdbc = new JdbcTemplate(environment.dataSource());
    this.transaction = new TransactionTemplate(environment.transactionManager());
  }

  /**
   * The definition's change.
   *
   * @param transformer of a {@code transform:}; null for other changes
   */
  public static Backfill forward(
      Environment environment,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      RunContext run) {
    Works works = new Works(environment.dataSource(), migration, run.run());
    return new Backfill(environment, migration, run, () -> works.forward(transformer, false));
  }

  /** Rows that the application has changed: walks the log of {@code sync: capture}. */
  public static Backfill captured(
      Environment environment,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      RunContext run) {
    Works works = new Works(environment.dataSource(), migration, run.run());
    return new Backfill(environment, migration, run, () -> works.captured(transformer, false));
  }

  /** The way back; only for a run whose rows are to be put back one by one. */
  public static Backfill back(Environment environment, DataMigration migration, RunContext run) {
    Works works = new Works(environment.dataSource(), migration, run.run());
    return new Backfill(environment, migration, run, works::back);
  }

  /** Splits the table; for the manager step. */
  public Partitioner partitioner() {
    return gridSize -> partitions().partition(gridSize);
  }

  /** Backfills one partition. */
  public Step workerStep(String name) {
    return new BackfillStep(name, environment.jobRepository(), this);
  }

  /** Picks up what the partitions left, until a count proves that nothing is. */
  public Step sweepStep(String name) {
    return sweepStep(name, null);
  }

  /**
   * The same, and then the log of captured keys.
   *
   * @param captured made by {@link #captured}; null: there is none
   */
  public Step sweepStep(String name, @Nullable Backfill captured) {
    return new SweepStep(name, environment.jobRepository(), this, captured);
  }

  /** Does what has been captured, if this was made by {@link #captured}. */
  public Step catchUpStep(String name) {
    return new CatchUpStep(name, environment.jobRepository(), this);
  }

  /** Why the server does not allow a safe chunk, if so: its deadlock_timeout is too short. */
  public static Optional<String> refusal(JdbcOperations jdbc) {
    try {
      ChunkTimes.within(DeadlockTimeout.shortest(jdbc), ChunkPolicy.DEFAULT.targetTime());
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  DataMigration migration() {
    return migration;
  }

  private Tuning tuning() {
    return run.pacing().tuning().get();
  }

  /** What a chunk may have at most: under a rate less than the definition says. */
  int rowsMax() {
    return tuning().pacedChunk().rows();
  }

  Waiter waiter() {
    return environment.waiter();
  }

  /** Ends the other workers at their next boundary. */
  void abort() {
    aborted.set(true);
  }

  void checkBoundary() {
    throwIfAborted();
    run.pacing().boundary().check(this::throwIfAborted);
  }

  private void throwIfAborted() {
    if (aborted.get()) {
      throw new Waiter.StoppedException();
    }
  }

  Work work() {
    return target().work();
  }

  KeyWindows windows() {
    return new KeyWindows(jdbc, work().walked());
  }

  Partitions partitions() {
    return new Partitions(jdbc, transaction, work(), migration.id(), run.run());
  }

  /**
   * Counts what is left, with all workers, from the first key to the last that there is by then. It
   * reads the whole table, so it is held back as verification is.
   */
  Remaining remaining() throws Exception {
    RetryTemplate retry =
        TransientRetry.of(
            migration.tuning().retry().attempts(),
            migration.tuning().retry().backoff(),
            environment.waiter(),
            SqlStates::isTransient);
    PaceGate gate =
        new PaceGate(
            this::checkBoundary,
            run.pacing().throttle()::readingPace,
            run.pacing().waits(),
            environment.waiter());
    return new RemainingCount(windows(), work().left(), retry, gate::await)
        .count(new KeySample(jdbc, work().walked()).windows(), run.workers());
  }

  /** The first of the remaining rows that another session holds. */
  Optional<LockedRow> lockedRow(Remaining remaining) {
    RowLocks locks = new RowLocks(jdbc, work().written());
    for (KeyRange range : remaining.ranges()) {
      List<Key> rows = windows().keys(range, work().left(), KEYS_LOOKED_AT);
      Optional<RowLocks.Held> held = locks.firstHeld(work().rows(rows));
      if (held.isPresent()) {
        return held.map(row -> new LockedRow(row.key(), row.holder()));
      }
    }
    return Optional.empty();
  }

  /** A loop for one worker. */
  ChunkLoop<?, ?> loop(WalkSetup.Pass pass) {
    return loop(work().change(), pass);
  }

  private <I, O> ChunkLoop<I, O> loop(RowChange<I, O> change, WalkSetup.Pass pass) {
    Target now = target();
    ChunkTransaction chunks =
        new ChunkTransaction(
            transaction,
            environment.dataSource(),
            run.epoch(),
            now.times(),
            now.work(),
            setAside(now.work()));
    return new ChunkLoop<>(
        new WalkSetup<>(
            chunks,
            change,
            new WalkSetup.Lookahead(windows(), pass.resumes() ? strides() : null, sizes.get()),
            environment.jobRepository(),
            new StepUpdate(environment.dataSource(), environment.clock()),
            this::checkBoundary,
            new ChunkGate(this::checkBoundary, run.pacing(), environment.waiter()),
            environment.waiter(),
            tuning(),
            pass));
  }

  /** Null: no row is; none of those that are taken back. */
  private @Nullable SetAside setAside(Work work) {
    return migration.tuning().skip() > 0 && work.direction() == Work.Direction.FORWARD
        ? new SetAside(
            new Quarantine(jdbc, migration.id(), run.run()),
            migration,
            work.written(),
            captureLog(work))
        : null;
  }

  private @Nullable CaptureTable captureLog(Work work) {
    return new CapturedEntries(jdbc).isKept(migration.id())
        ? CaptureTable.of(migration.id(), work.written())
        : null;
  }

  /** Takes rows off the quarantine that need nothing more, or were written since they failed. */
  void releaseSetAside() {
    if (work().direction() == Work.Direction.FORWARD) {
      new SetAsideRows(environment.dataSource(), migration, run.run()).releaseForSweep();
    }
  }

  /** Takes rows off the quarantine that wait in the log of captured keys, to be tried again. */
  void releaseCapturedAgain() {
    new SetAsideRows(environment.dataSource(), migration, run.run()).releaseCapturedAgain();
  }

  /** Takes rows off the quarantine that need nothing more. */
  void releaseDone() {
    new SetAsideRows(environment.dataSource(), migration, run.run()).countLeft();
  }

  /** Null if no update of the written columns can gain by it. */
  private Strides.@Nullable Lookahead strides() {
    if (!work().stridesHelp()) {
      return null;
    }
    JdbcTemplate bounded = new JdbcTemplate(environment.dataSource());
    bounded.setQueryTimeout(LOOKAHEAD_SECONDS_MAX);
    return new Strides.Lookahead(new KeyWindows(bounded, work().walked()), work().condition());
  }

  private synchronized Target target() {
    if (target == null) {
      target =
          new Target(
              newWork.get(),
              ChunkTimes.within(DeadlockTimeout.shortest(jdbc), tuning().chunk().targetTime()));
    }
    return target;
  }
}
