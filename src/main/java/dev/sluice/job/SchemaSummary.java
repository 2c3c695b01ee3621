package dev.sluice.job;

import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import java.util.ArrayList;
import java.util.List;

/** What the jobs of a migration with SQL files only say at their end. */
final class SchemaSummary {

  private SchemaSummary() {}

  static RunResult completed(SchemaMigration migration) {
    return RunResult.of(
        migration.id(),
        Outcome.COMPLETED,
        text(migration, "completed", new SchemaPreflight(migration).wayForth()));
  }

  static RunResult rolledBack(SchemaMigration migration) {
    return RunResult.of(
        migration.id(),
        Outcome.ROLLED_BACK,
        text(migration, "rolled back", new SchemaPreflight(migration).wayBack()));
  }

  static RunResult dryRun(SchemaMigration migration) {
    SchemaPreflight preflight = new SchemaPreflight(migration);
    preflight.requireRunnable();
    List<String> lines = new ArrayList<>();
    lines.add("%s: %s".formatted(migration.id(), migration.description()));
    preflight.wayForth().forEach(script -> lines.add("would run " + script.file()));
    return RunResult.of(migration.id(), Outcome.COMPLETED, String.join("\n", lines));
  }

  private static String text(SchemaMigration migration, String what, List<Script> scripts) {
    List<String> lines = new ArrayList<>();
    lines.add(migration.id() + ": " + what);
    scripts.forEach(script -> lines.add("  ran " + script.file()));
    return String.join("\n", lines);
  }
}
