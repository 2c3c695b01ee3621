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

  private final ActionWithStep action;

  /** What the step does. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  /** The same for one that leaves something in the job's execution context. */
  @FunctionalInterface
  interface ActionWithStep {
    void run(StepExecution step) throws Exception;
  }

  ActionStep(String name, JobRepository jobRepository, ActionWithStep action) {
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
      action.run(step);
    } catch (StoppedException e) {
      step.setTerminateOnly();
    }
  }
}
