package dev.sluice.backfill;

import dev.sluice.migration.Tuning;
import dev.sluice.postgres.KeyWindows;
import dev.sluice.postgres.Waiter;
import dev.sluice.throttle.ChunkSize;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.repository.JobRepository;

/**
 * What the walks of one worker have in common.
 *
 * @param change what each chunk does
 * @param boundary asked between attempts
 * @param gate passed before each chunk
 * @param waiter waited with between attempts
 */
record WalkSetup<I, O>(
    ChunkTransaction transaction,
    RowChange<I, O> change,
    Lookahead lookahead,
    JobRepository jobRepository,
    StepUpdate stepUpdate,
    ChunkBoundary boundary,
    ChunkGate gate,
    Waiter waiter,
    Tuning tuning,
    Pass pass) {

  /**
   * What the worker looks ahead with.
   *
   * @param strides null: rows are done in key order
   * @param size of its chunks, as its last range left it
   */
  record Lookahead(KeyWindows windows, Strides.@Nullable Lookahead strides, ChunkSize size) {}

  /**
   * How to go through ranges.
   *
   * @param rowsMax most rows a chunk, where that is less than the tuning's
   * @param skipLocked false: wait for rows that others hold, as long as a chunk may; a wait in vain
   *     is then the caller's, not retried
   * @param unchanged what to do about rows that stay under the guard
   * @param resumes the step's stored checkpoint says where to go on after an error; false: the loop
   *     repeats the chunk, which changes nothing that is done
   */
  record Pass(int rowsMax, boolean skipLocked, Unchanged unchanged, boolean resumes) {}

  /** What to do about rows that were changed and are under the guard all the same. */
  enum Unchanged {
    /** Fail, and roll back, if the first rows of a range all are; single ones are the sweep's. */
    FAIL_AT_FIRST,
    /** Report them with each chunk. */
    REPORT
  }
}
