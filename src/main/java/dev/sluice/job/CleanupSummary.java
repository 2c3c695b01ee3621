package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.validation.Certificates;
import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;

/** What a cleanup says at its end. */
final class CleanupSummary {

  private final JobEnvironment environment;
  private final Migration migration;

  CleanupSummary(JobEnvironment environment, Migration migration) {
    this.environment = environment;
    this.migration = migration;
  }

  RunResult completed(LedgerEntry entry, String jobName, JobParameters parameters) {
    ClosingLines closing = new ClosingLines(environment.dataSource(), migration);
    List<String> lines = new ArrayList<>();
    lines.add(migration.id() + ": cleaned up");
    dropped(jobName, parameters).stream()
        .map(line -> ClosingLines.labelled("gone", line))
        .forEach(lines::add);
    closing.files(Script.Kind.CLEANUP_UP).ifPresent(lines::add);
    new Certificates(environment.dataSource())
        .latest(migration.id(), entry.run())
        .ifPresent(certificate -> lines.addAll(RunSummary.checks(certificate)));
    lines.add(closing.time(jobName, entry.run()));
    lines.addAll(new NextSteps(environment.dataSource(), migration).afterCleanup());
    return RunResult.of(migration.id(), Outcome.COMPLETED, String.join("\n", lines));
  }

  /** As the first launch found it, which a later one can no longer see. */
  private List<String> dropped(String jobName, JobParameters parameters) {
    JobInstance instance = environment.jobRepository().getJobInstance(jobName, parameters);
    JobExecution last =
        instance == null ? null : environment.jobRepository().getLastJobExecution(instance);
    return last == null
        ? List.of()
        : last.getExecutionContext().getString(CleanupJob.DROPPED, "").lines().toList();
  }
}
