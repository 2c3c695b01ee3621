package dev.sluice.backfill;

import dev.sluice.backfill.TransformChange.TransformFailedException;
import dev.sluice.control.CapturedEntries;
import dev.sluice.control.Epoch;
import dev.sluice.control.Quarantine;
import dev.sluice.control.QuarantinedRow;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.DeadlockTimeout;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.TransientRetry;
import dev.sluice.postgres.Waiter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.retry.support.RetryTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Tries the rows again that a run has set aside, each in a transaction of its own with the bounds
 * of a chunk, journal included. One that passes leaves the list in that transaction. One that is
 * captured is computed anew as its entries say, also outside the guard.
 *
 * <p>To be used under the runner lock. Bounded by {@code skip}: so many rows at most were set
 * aside.
 */
public final class SetAsideReplay {

  private static final Logger log = LoggerFactory.getLogger(SetAsideReplay.class);

  private static final int BATCH = 1_000;

  /** A row that the application writes all the while is left for the next replay. */
  private static final int TRIES_MAX = 5;

  private final Quarantine quarantine;
  private final Work work;
  private final ChunkTransaction chunks;
  private final @Nullable Captured captured;
  private final ChunkGate gate;
  private final RetryTemplate retry;

  /**
   * What the launch gives.
   *
   * @param transformer of a {@code transform:}; null for other changes
   */
  public record Launch(
      long run,
      Epoch epoch,
      Backfill.Pacing pacing,
      Waiter waiter,
      @Nullable RowTransformer transformer) {}

  /**
   * How the rows fared.
   *
   * @param done rows that were changed, or need nothing more
   * @param failed rows that failed again
   * @param notTried rows that another session holds, or writes all the while
   */
  public record Result(long done, long failed, long notTried) {}

  /** The log of captured keys, and how its entries are done. */
  private record Captured(CaptureWork work, ChunkTransaction chunks) {}

  private enum Fate {
    DONE,
    FAILED,
    NOT_TRIED
  }

  public SetAsideReplay(Backfill.Environment environment, DataMigration migration, Launch launch) {
    JdbcTemplate jdbc = new JdbcTemplate(environment.dataSource());
    this.quarantine = new Quarantine(jdbc, migration.id(), launch.run());
    Works works = new Works(environment.dataSource(), migration, launch.run());
    ChunkTimes times =
        ChunkTimes.within(DeadlockTimeout.shortest(jdbc), migration.tuning().chunk().targetTime());
    this.work = works.forward(launch.transformer(), true);
    this.chunks = chunks(environment, launch, times, work);
    if (new CapturedEntries(jdbc).isKept(migration.id())) {
      CaptureWork entries = works.captured(launch.transformer(), true);
      this.captured = new Captured(entries, chunks(environment, launch, times, entries));
    } else {
      this.captured = null;
    }
    this.gate = new ChunkGate(launch.pacing().boundary(), launch.pacing(), launch.waiter());
    this.retry =
        TransientRetry.of(
            migration.tuning().retry().attempts(),
            migration.tuning().retry().backoff(),
            launch.waiter(),
            error -> SqlStates.isTransient(error) && !SqlStates.isTimeout(error));
  }

  private static ChunkTransaction chunks(
      Backfill.Environment environment, Launch launch, ChunkTimes times, Work work) {
    return new ChunkTransaction(
        new TransactionTemplate(environment.transactionManager()),
        environment.dataSource(),
        launch.epoch(),
        times,
        work,
        null);
  }

  /**
   * @throws Waiter.StoppedException if an operator asks to stop; rows that were tried stay as they
   *     are
   */
  public Result run() throws Exception {
    Map<Fate, Long> fates = new EnumMap<>(Fate.class);
    RowChange<?, ?> change = work.change();
    Key last = null;
    for (List<QuarantinedRow> batch = quarantine.after(null, BATCH);
        !batch.isEmpty();
        batch = quarantine.after(last, BATCH)) {
      for (QuarantinedRow row : batch) {
        fates.merge(replay(change, row.key()), 1L, Long::sum);
        last = row.key();
      }
    }
    Result result =
        new Result(
            fates.getOrDefault(Fate.DONE, 0L),
            fates.getOrDefault(Fate.FAILED, 0L),
            fates.getOrDefault(Fate.NOT_TRIED, 0L));
    log.info(
        "quarantine.retried done={} failed={} not-tried={}",
        result.done(),
        result.failed(),
        result.notTried());
    return result;
  }

  private <I, O> Fate replay(RowChange<I, O> change, Key row) throws Exception {
    for (int tried = 0; tried < TRIES_MAX; tried++) {
      try {
        if (retry.execute(context -> capturedPasses(row) && passes(change, row))) {
          return Fate.DONE;
        }
      } catch (ChunkRefusedException e) {
        return failed(row, e.fault());
      } catch (TransformFailedException e) {
        return failed(row, e.found().fault());
      } catch (UnchangedRowsException e) {
        return failed(row, ChunkTransaction.NO_CHANGE);
      } catch (Exception e) {
        if (!SqlStates.isTimeout(e)) {
          throw e;
        }
        return Fate.NOT_TRIED;
      }
    }
    return Fate.NOT_TRIED;
  }

  /** Whether no entry of the row is left to be done; the guard may still say that the row is. */
  private boolean capturedPasses(Key row) throws Exception {
    if (captured == null) {
      return true;
    }
    List<Key> entries = captured.work().entriesOf(row);
    if (entries.isEmpty()) {
      return true;
    }
    gate.await();
    List<Key> latest = entries.subList(Math.max(0, entries.size() - BATCH), entries.size());
    Page.Request page = new Page.Request(KeyRange.ALL, latest.size(), latest);
    captured
        .chunks()
        .run(
            captured.work().change(),
            new ChunkTransaction.Request(page, false, true, true),
            (found, written) -> {});
    gate.did(latest.size());
    return captured.work().entriesOf(row).isEmpty();
  }

  /** False: the row was written by somebody else while it was computed. */
  private <I, O> boolean passes(RowChange<I, O> change, Key row) throws Exception {
    gate.await();
    Page.Request page = new Page.Request(KeyRange.ALL, 1, List.of(row));
    boolean[] done = new boolean[1];
    chunks.run(
        change,
        new ChunkTransaction.Request(page, false, true, true),
        (found, written) -> {
          // not found: it is gone, or no longer to be done
          done[0] = found.items().isEmpty() || written.done() > 0;
          if (done[0]) {
            quarantine.remove(row);
          }
        });
    gate.did(1);
    return done[0];
  }

  private Fate failed(Key row, RowFault fault) {
    quarantine.failedAgain(row, fault);
    return Fate.FAILED;
  }
}
