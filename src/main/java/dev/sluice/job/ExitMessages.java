package dev.sluice.job;

import java.lang.reflect.Method;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.MethodBeforeAdvice;
import org.springframework.batch.core.ExitStatus;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.step.StepExecution;

/**
 * Keeps row values out of Spring Batch's tables.
 *
 * <p>A step that fails stores its exception's stack trace as its exit message, and the job takes it
 * over; PostgreSQL's messages in it quote values. Stored instead is what {@link
 * Failures#withoutValues} tells. Done at the repository, because Spring Batch's own steps, the
 * partitioned one among them, leave no other place.
 */
final class ExitMessages implements MethodBeforeAdvice {

  @Override
  public void before(Method method, @Nullable Object[] arguments, @Nullable Object target) {
    if (arguments.length != 1) {
      return;
    }
    if (arguments[0] instanceof StepExecution step) {
      step.setExitStatus(rewritten(step.getExitStatus(), step.getFailureExceptions()));
    } else if (arguments[0] instanceof JobExecution job) {
      job.setExitStatus(rewritten(job.getExitStatus(), job.getAllFailureExceptions()));
    }
  }

  private static ExitStatus rewritten(ExitStatus status, List<Throwable> failures) {
    return failures.isEmpty()
        ? status
        : new ExitStatus(
            status.getExitCode(),
            failures.stream()
                .map(Failures::withoutValues)
                .distinct()
                .collect(Collectors.joining("\n")));
  }
}
