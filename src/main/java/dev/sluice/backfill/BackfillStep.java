package dev.sluice.backfill;

import dev.sluice.migration.ChunkPolicy;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.Waiter.StoppedException;
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
      WalkSetup.Pass pass =
          new WalkSetup.Pass(ChunkPolicy.ROWS_MAX, true, WalkSetup.Unchanged.FAIL_AT_FIRST, true);
      backfill.loop(pass).run(step, range, result -> {});
    } catch (StoppedException e) {
      step.setTerminateOnly();
    } catch (Exception e) {
      backfill.abort();
      throw e;
    }
  }
}
