package dev.sluice.backfill;

import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.Waiter.StoppedException;
import java.util.List;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;

/**
 * The worker step of one partition: walks its key range, or what its last execution left of it.
 *
 * <p>One instance serves all partitions at once; what a walk needs is made anew for each.
 */
final class BackfillStep extends AbstractStep {

  private final Backfill backfill;

  BackfillStep(String name, JobRepository jobRepository, Backfill backfill) {
    super(jobRepository);
    setName(name);
    this.backfill = backfill;
  }

  @Override
  protected void doExecute(StepExecution step) throws Exception {
    KeyRange range = backfill.partitions().range(step.getStepName());
    try {
      ChunkLoop.Pass pass = new ChunkLoop.Pass(backfill.rowsMax(), true, 1, true);
      walk(backfill.loop(pass), step, range);
    } catch (StoppedException e) {
      step.setTerminateOnly();
    } catch (Exception e) {
      backfill.abort();
      throw e;
    }
  }

  private <I> void walk(ChunkLoop<I, ?> loop, StepExecution step, KeyRange range) throws Exception {
    FirstChunk first = new FirstChunk();
    loop.run(step, range, result -> first.check(backfill, result));
  }

  /**
   * Ends the run at once when the first rows of a partition show that the change ends the guard for
   * none of them: better than to rewrite the whole table for nothing. Single rows are the sweep's.
   */
  private static final class FirstChunk {
    private boolean seen;

    void check(Backfill backfill, ChunkResult<?> result) {
      if (!seen && result.achievedNothing()) {
        throw new UnchangedRowsException(
            backfill.migration(), List.copyOf(result.unchanged()), result.unchanged().size());
      }
      seen = seen || !result.visited().isEmpty();
    }
  }
}
