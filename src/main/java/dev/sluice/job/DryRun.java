package dev.sluice.job;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import dev.sluice.validation.PreflightReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a run would do, and what speaks against it. Changes nothing, not even our own schema. */
final class DryRun {

  private final JobEnvironment environment;
  private final DataMigration migration;
  private final MigrationChecks checks;

  DryRun(JobEnvironment environment, DataMigration migration, MigrationChecks checks) {
    this.environment = environment;
    this.migration = migration;
    this.checks = checks;
  }

  RunResult run() {
    PreflightReport before = checks.beforeExpand();
    before.orThrow(migration.id());
    List<String> lines = new ArrayList<>();
    lines.add("%s: %s".formatted(migration.id(), migration.description()));
    lines.add(
        "would change %s of %s where %s"
            .formatted(
                migration.change().writtenColumns().stream()
                    .map(Identifier::toString)
                    .collect(Collectors.joining(", ")),
                migration.table(),
                migration.guardOrTrue().strip()));
    lines.add(
        "chunks of at most %d rows, %d workers"
            .formatted(migration.tuning().chunk().rows(), migration.tuning().workers()));
    script(Script.Kind.EXPAND_UP).ifPresent(lines::add);
    script(Script.Kind.CONSTRAIN_UP).ifPresent(lines::add);
    before.notes().forEach(note -> lines.add("note: " + note));
    lines.addAll(data());
    return RunResult.of(migration.id(), Outcome.COMPLETED, String.join("\n", lines));
  }

  private Optional<String> script(Script.Kind kind) {
    return migration.script(kind).map(script -> "would run " + script.file());
  }

  private List<String> data() {
    Table table = new Catalog(environment.jdbc()).find(migration.table()).orElseThrow();
    boolean expanded =
        migration.change().writtenColumns().stream()
            .allMatch(column -> table.column(column).isPresent());
    if (!expanded) {
      long rows = checks.rows(table);
      return List.of(
          "the guard and the expressions are checked once expand.up.sql has added the columns",
          "about %,d rows in the table (the planner's estimate)".formatted(rows),
          "takes, if all are to do, " + checks.duration(rows));
    }
    PreflightReport after = checks.afterExpand();
    after.orThrow(migration.id());
    List<String> lines = new ArrayList<>();
    after.notes().forEach(note -> lines.add("note: " + note));
    long rows = checks.rowsToDo();
    lines.add("about %,d rows to do (the planner's estimate)".formatted(rows));
    lines.add("takes " + checks.duration(rows));
    return lines;
  }
}
