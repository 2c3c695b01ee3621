package dev.sluice.job;

import dev.sluice.migration.CodeMigration;
import dev.sluice.validation.Certificates;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** What the jobs of a migration say that is code of an application. */
final class CodeSummary {

  private final DataSource dataSource;
  private final CodeMigration migration;
  private final ClosingLines closing;
  private final NextSteps next;

  CodeSummary(DataSource dataSource, CodeMigration migration) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.closing = new ClosingLines(dataSource, migration);
    this.next = new NextSteps(dataSource, migration);
  }

  RunResult completed(String jobName, long run) {
    List<String> lines = new ArrayList<>();
    lines.add(migration.id() + ": completed");
    lines.add(ClosingLines.labelled("ran", "up"));
    new Certificates(dataSource)
        .latest(migration.id(), run)
        .ifPresent(certificate -> lines.addAll(RunSummary.checks(certificate)));
    lines.add(closing.time(jobName, run));
    lines.addAll(next.afterRun());
    return result(Outcome.COMPLETED, lines);
  }

  RunResult rolledBack(String jobName, long run) {
    List<String> lines = new ArrayList<>();
    lines.add(migration.id() + ": rolled back");
    lines.add(ClosingLines.labelled("ran", "down"));
    lines.add(closing.time(jobName, run));
    lines.addAll(next.afterRollback());
    return result(Outcome.ROLLED_BACK, lines);
  }

  /** Code cannot be tried: what it does is told by whoever wrote it. */
  RunResult dryRun(MigrationCode code) {
    List<String> lines = new ArrayList<>();
    lines.add("%s: %s".formatted(migration.id(), migration.description()));
    lines.add(
        "would run up in one transaction, each statement of it at most %d ms"
            .formatted(migration.timeLimit().toMillis()));
    if (code.validate() != null) {
      lines.add("would ask validate");
    }
    if (migration.irreversible() != null) {
      lines.add("note: cannot be taken back: " + migration.irreversible());
    }
    return result(Outcome.COMPLETED, lines);
  }

  private RunResult result(Outcome outcome, List<String> lines) {
    return RunResult.of(migration.id(), outcome, String.join("\n", lines));
  }
}
