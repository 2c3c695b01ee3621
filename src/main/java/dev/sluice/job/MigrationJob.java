package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Tuning;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.core.task.TaskExecutor;

/**
 * One of the jobs that a migration has, as the launcher sees it: under which name and parameters
 * Spring Batch knows it, when it may start, which states it passes through, and its steps.
 *
 * <p>Lock, recovery, relaunches and the ledger are the same for all of them and none of their
 * business. An object serves all launches of one command; what a launch needs comes with {@link
 * Launch}.
 */
interface MigrationJob {

  Migration migration();

  /** Spring Batch's job name; at most 100 characters. */
  String name();

  /** Which run it is: the ledger's, or the one after it. */
  default long run(LedgerEntry entry) {
    return entry.run();
  }

  /**
   * Only {@code run} identifies the job instance, and {@code attempt} where force has let it begin
   * anew; the rest may differ from launch to launch.
   */
  default JobParameters parameters(long run, long attempt) {
    Tuning tuning = migration().tuning();
    JobParametersBuilder parameters = new JobParametersBuilder().addLong("run", run, true);
    if (attempt > 0) {
      parameters.addLong("attempt", attempt, true);
    }
    return parameters
        .addLong("chunkRows", (long) tuning.chunk().rows(), false)
        .addLong("workers", (long) tuning.workers(), false)
        .toJobParameters();
  }

  /**
   * Why there is nothing to launch: it is done already, or its state does not allow it. Empty: the
   * launch goes on. Asked under the runner lock.
   */
  Optional<RunResult> withoutLaunch(LedgerEntry entry);

  /** What a pause means for it. */
  default Steering.Kind steering() {
    return running() == RunState.RUNNING ? Steering.Kind.RUN : Steering.Kind.OTHER;
  }

  /** The ledger's state while it runs. */
  RunState running();

  /**
   * The ledger's state once it has ended so. A job that must be the next one to run, however it
   * ended, stays in {@link #running}.
   */
  RunState ended(Outcome outcome);

  /**
   * Why other migrations do not allow it, without the id before it; empty: they do. Asked a second
   * time as the launch is noted: theirs have other runner locks.
   */
  default Optional<String> heldByOthers() {
    return Optional.empty();
  }

  /** Notes in the ledger that a launch begins. */
  default void noteStart(Ledger ledger, Launch launch, String by) {
    ledger.started(launch.epoch(), launch.run(), running(), migration(), by);
  }

  /**
   * Notes in the ledger how a launch ended.
   *
   * @param state what {@link #ended} or {@link #failedForNow} says
   * @param failure one line, null if it did not fail
   */
  default void noteEnd(
      Ledger ledger, Launch launch, RunState state, Outcome outcome, @Nullable String failure) {
    ledger.ended(launch.epoch(), state, failure);
  }

  /** The ledger's state after a failure that a relaunch may pass. */
  RunState failedForNow(Exception failure);

  /**
   * The steps of one launch.
   *
   * @param workers its threads are the migration's workers; over when the launch is
   */
  Job build(Launch launch, TaskExecutor workers);

  /** What it says when it has completed, now or in a launch whose end nobody noted. */
  RunResult completed(LedgerEntry entry);
}
