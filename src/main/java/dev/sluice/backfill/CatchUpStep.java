package dev.sluice.backfill;

import dev.sluice.postgres.Waiter.StoppedException;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;

/** Sweeps the capture log of a completed run; reads nothing else of the table. */
final class CatchUpStep extends AbstractStep {

  private final CaptureSweep sweep;

  CatchUpStep(String name, JobRepository jobRepository, Backfill captured) {
    super(jobRepository);
    setName(name);
    // more may have been captured since a launch that was killed behind the sweep
    setAllowStartIfComplete(true);
    this.sweep = new CaptureSweep(captured);
  }

  @Override
  protected void doExecute(StepExecution step) throws Exception {
    try {
      sweep.sweep(step);
    } catch (StoppedException e) {
      step.setTerminateOnly();
    }
  }
}
