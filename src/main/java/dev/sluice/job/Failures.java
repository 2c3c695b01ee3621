package dev.sluice.job;

import dev.sluice.backfill.KeyChangedException;
import dev.sluice.backfill.RowCountChangedException;
import dev.sluice.backfill.RowStaysLockedException;
import dev.sluice.backfill.UnchangedRowsException;
import dev.sluice.control.RunnerLock.LockLostException;
import dev.sluice.control.SluiceSchema;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransactionPoolingException;
import dev.sluice.postgres.Waiter.StoppedException;
import dev.sluice.schema.ScriptException;
import dev.sluice.validation.RefusedException;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.launch.JobExecutionAlreadyRunningException;
import org.springframework.batch.core.launch.JobRestartException;
import org.springframework.dao.OptimisticLockingFailureException;

/** Tells what an error means for a run. */
final class Failures {

  private static final int FRAMES_KEPT = 10;

  private Failures() {}

  /**
   * Whether a relaunch may succeed where this launch failed.
   *
   * <p>A step that is stored otherwise than this process knows it: the server has crashed and lost
   * the last chunks with their checkpoints, or another runner went on. The next launch reads what
   * is stored, or finds the lock taken.
   *
   * <p>A restart that Spring Batch refuses: a runner that had lost the lock has noted the end of
   * its job after this launch recovered that job. No version holds such a note back, as {@code
   * SimpleJobRepository.update} takes over the stored one of a job. The next launch recovers again.
   */
  static boolean mayPass(Throwable error) {
    return find(error, LockLostException.class).isPresent()
        || find(error, OptimisticLockingFailureException.class).isPresent()
        || find(error, Relaunches.OwnGhostException.class).isPresent()
        || find(error, JobRestartException.class).isPresent()
        || find(error, JobExecutionAlreadyRunningException.class).isPresent()
        || (SqlStates.isTransient(error) && !isFinal(error));
  }

  /** Also what has waited for a lock already, within a bound: the next launch would do the same. */
  private static boolean isFinal(Throwable error) {
    return find(error, RefusedException.class).isPresent()
        || find(error, VerificationFailedException.class).isPresent()
        || find(error, UnchangedRowsException.class).isPresent()
        || find(error, RowCountChangedException.class).isPresent()
        || find(error, RowStaysLockedException.class).isPresent()
        || find(error, ScriptException.class).filter(SqlStates::isLockTimeout).isPresent();
  }

  static RunResult result(MigrationId id, Throwable error) {
    if (find(error, StoppedException.class).isPresent()) {
      return stopped(id);
    }
    Optional<RefusedException> refused = find(error, RefusedException.class);
    if (refused.isPresent()) {
      return RunResult.of(id, Outcome.REFUSED, message(refused.get()));
    }
    Optional<KeyChangedException> key = find(error, KeyChangedException.class);
    if (key.isPresent()) {
      return RunResult.of(id, Outcome.REFUSED, message(key.get()));
    }
    Optional<TransactionPoolingException> pooler = find(error, TransactionPoolingException.class);
    if (pooler.isPresent()) {
      return RunResult.of(id, Outcome.REFUSED, message(pooler.get()));
    }
    Optional<SluiceSchema.OtherVersionException> version =
        find(error, SluiceSchema.OtherVersionException.class);
    if (version.isPresent()) {
      return RunResult.of(id, Outcome.REFUSED, id + ": " + message(version.get()));
    }
    Optional<SluiceSchema.SchemaBusyException> upgrading =
        find(error, SluiceSchema.SchemaBusyException.class);
    if (upgrading.isPresent()) {
      return RunResult.of(id, Outcome.BUSY, id + ": " + message(upgrading.get()));
    }
    Optional<Relaunches.OwnGhostException> busy = find(error, Relaunches.OwnGhostException.class);
    if (busy.isPresent()) {
      return RunResult.of(id, Outcome.BUSY, message(busy.get()));
    }
    Optional<HeldByQuarantineException> held = find(error, HeldByQuarantineException.class);
    if (held.isPresent()) {
      return RunResult.of(id, Outcome.HELD_BY_QUARANTINE, message(held.get()));
    }
    Optional<VerificationFailedException> verification =
        find(error, VerificationFailedException.class);
    if (verification.isPresent()) {
      return RunResult.of(id, Outcome.VERIFICATION_FAILED, message(verification.get()));
    }
    return new RunResult(
        id,
        isHalfApplied(error) ? Outcome.HALF_APPLIED : Outcome.FAILED,
        describe(id, error),
        bugIn(error));
  }

  /** Whether an SQL file stopped in its middle, and what it did before stays. */
  static boolean isHalfApplied(Throwable error) {
    return find(error, ScriptException.class).filter(ScriptException::isHalfApplied).isPresent();
  }

  static RunResult stopped(MigrationId id) {
    return RunResult.of(
        id, Outcome.STOPPED, id + ": stopped after the last chunk. Run it again to go on.");
  }

  /** One operator's line for an error: ours as it is, the database's with its SQLSTATE. */
  static String describe(MigrationId id, Throwable error) {
    Optional<Throwable> own = ownError(error);
    if (own.isPresent()) {
      String text = message(own.get());
      return text.startsWith(id.value()) ? text : id + ": " + text;
    }
    String said = SqlStates.message(error);
    if (SqlStates.of(error).filter(SqlStates.DISK_FULL::equals).isPresent()) {
      return ("%s: %s%nThe disk of the server is full, and what is left is the application's: not"
              + " tried again. Make room, and run it again to go on.")
          .formatted(id, said);
    }
    return "%s: %s%s Correct the cause, and run it again to go on."
        .formatted(id, said, said.endsWith(".") ? "" : ".");
  }

  /**
   * An error as it may be stored: the message of one that we or the database raised, as far as no
   * value of a row may stand in it; of all others the type and where it was thrown.
   */
  static String withoutValues(Throwable error) {
    Optional<Throwable> own = ownError(error);
    if (own.isPresent()) {
      return message(own.get());
    }
    if (SqlStates.of(error).isPresent()) {
      return SqlStates.message(error);
    }
    return Arrays.stream(error.getStackTrace())
        .limit(FRAMES_KEPT)
        .map(frame -> "\n  at " + frame)
        .collect(Collectors.joining("", error.getClass().getName(), ""));
  }

  private static Optional<Throwable> ownError(Throwable error) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (t.getClass().getName().startsWith("dev.sluice.") && !(t instanceof JobFailedException)) {
        return Optional.of(t);
      }
    }
    return Optional.empty();
  }

  /** An error that neither the database nor we ourselves raised on purpose. */
  private static @Nullable Throwable bugIn(Throwable error) {
    return ownError(error).isPresent() || SqlStates.of(error).isPresent() ? null : error;
  }

  private static String message(Throwable error) {
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }

  static <E extends Throwable> Optional<E> find(@Nullable Throwable error, Class<E> type) {
    for (Throwable t = error; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return Optional.of(type.cast(t));
      }
    }
    return Optional.empty();
  }
}
