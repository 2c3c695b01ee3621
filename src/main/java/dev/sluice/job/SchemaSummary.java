package dev.sluice.job;

import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import java.util.ArrayList;
import java.util.List;

/** What the jobs of a migration with SQL files only say at their end. */
final class SchemaSummary {

  private final JobEnvironment environment;
  private final SchemaMigration migration;
  private final NextSteps next;

  SchemaSummary(JobEnvironment environment, SchemaMigration migration) {
    this.environment = environment;
    this.migration = migration;
    this.next = new NextSteps(environment.dataSource(), migration);
  }

  RunResult completed(String jobName) {
    return RunResult.of(
        migration.id(),
        Outcome.COMPLETED,
        text(
            "completed",
            jobName,
            next.afterRun(),
            Script.Kind.UP,
            Script.Kind.EXPAND_UP,
            Script.Kind.CONSTRAIN_UP));
  }

  RunResult rolledBack(String jobName) {
    return RunResult.of(
        migration.id(),
        Outcome.ROLLED_BACK,
        text(
            "rolled back",
            jobName,
            next.afterRollback(),
            Script.Kind.DOWN,
            Script.Kind.CONSTRAIN_DOWN,
            Script.Kind.EXPAND_DOWN));
  }

  static RunResult dryRun(SchemaMigration migration) {
    SchemaPreflight preflight = new SchemaPreflight(migration);
    preflight.requireRunnable(List.of());
    List<String> lines = new ArrayList<>();
    lines.add("%s: %s".formatted(migration.id(), migration.description()));
    preflight.wayForth().forEach(script -> lines.add("would run " + script.file()));
    SchemaPreflight.notes(preflight.wayForth()).forEach(note -> lines.add("note: " + note));
    return RunResult.of(migration.id(), Outcome.COMPLETED, String.join("\n", lines));
  }

  private String text(String what, String jobName, List<String> nextSteps, Script.Kind... kinds) {
    ClosingLines closing = new ClosingLines(environment.dataSource(), migration);
    long run = environment.ledger().find(migration.id()).orElseThrow().run();
    List<String> lines = new ArrayList<>();
    lines.add(migration.id() + ": " + what);
    closing.files(kinds).ifPresent(lines::add);
    lines.add(closing.time(jobName, run));
    lines.addAll(nextSteps);
    return String.join("\n", lines);
  }
}
