package dev.sluice.monitoring;

import dev.sluice.control.RunState;
import dev.sluice.migration.MigrationId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A migration at one moment.
 *
 * @param step the step that runs or ran last; null before the first
 * @param rowsEstimated rows that the run has to visit in all, refined as partitions end
 * @param rowsDone rows that need nothing more, changed or not, over all launches of this run
 * @param rowsChanged those of them of which there is a new version
 * @param rowsGone rows that a rollback looked for and that are no longer there by their key
 * @param rowsPerSecond over about the last ten seconds while rows are being changed; 0 while it is
 *     paused; else the average of the current or last launch
 * @param etaSeconds null when nothing is running or nothing is known yet
 * @param chunkRows most rows a chunk that are in force
 * @param workers that are in force
 * @param waiting null, or why it waits
 * @param tuned what operators have set for this run, {@code chunk.rows=200} each
 * @param remaining estimated rows to do; 0 is proven when completed
 * @param captured changes of the application that wait to be done, at most 100,000 are counted
 * @param sync the sync trigger that stands, and at which table: {@code zz_sluice_0001_split_s on
 *     public.users}; null: there is none
 * @param failure null, or one line
 */
public record Progress(
    MigrationId id,
    RunState state,
    @Nullable String step,
    long rowsEstimated,
    long rowsDone,
    long rowsChanged,
    long rowsGone,
    long rowsPerSecond,
    @Nullable Long etaSeconds,
    long chunkRows,
    long workers,
    @Nullable String waiting,
    List<String> tuned,
    long remaining,
    long quarantined,
    long conflicts,
    long captured,
    @Nullable String sync,
    long run,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String failure) {

  public Progress {
    tuned = List.copyOf(tuned);
  }
}
