package dev.sluice.job;

import dev.sluice.postgres.Waiter.StoppedException;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;

/**
 * A step that is one action, with no transaction around it.
 *
 * <p>Spring Batch's tasklet step opens one, in which neither {@code CREATE INDEX CONCURRENTLY} runs
 * nor a scan may last.
 */
final class ActionStep extends AbstractStep {

  private final Action action;

  /** What the step does. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  ActionStep(String name, JobRepository jobRepository, Action action) {
    super(jobRepository);
    setName(name);
    this.action = action;
  }

  /** Runs again at each launch, though it was completed before. */
  ActionStep atEachLaunch() {
    setAllowStartIfComplete(true);
    return this;
  }

  @Override
  protected void doExecute(StepExecution step) throws Exception {
    try {
      action.run();
    } catch (StoppedException e) {
      step.setTerminateOnly();
    }
  }
}
