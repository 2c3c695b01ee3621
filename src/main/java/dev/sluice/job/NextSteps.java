package dev.sluice.job;

import dev.sluice.migration.CodeMigration;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.SchemaMigration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What can follow, for the last lines of a summary. */
final class NextSteps {

  private final DataSource dataSource;
  private final Migration migration;
  private final MigrationId id;

  NextSteps(DataSource dataSource, Migration migration) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.id = migration.id();
  }

  List<String> afterRun() {
    List<String> steps = new ArrayList<>();
    if (migration instanceof DataMigration) {
      steps.add("'verify %s' checks the result again, at any time".formatted(id));
    }
    if (CaptureLogs.isKept(migration)) {
      steps.add(
          "'run %s' once more, from cron perhaps, does what the application changes until its cleanup"
              .formatted(id));
    }
    steps.add(
        irreversible()
            .map("it cannot be taken back: %s"::formatted)
            .orElse("'rollback %s' takes it back".formatted(id)));
    if (!new WhatGoes(dataSource).cleanupIsEmpty(migration)) {
      steps.add(
          "'cleanup %1$s --confirm %1$s' drops the old side for good, %2$s"
              .formatted(id, fromWhenOn()));
    }
    return labelled(steps);
  }

  private Optional<String> irreversible() {
    if (migration instanceof DataMigration data) {
      return data.undo() instanceof Undo.None none ? Optional.of(none.reason()) : Optional.empty();
    }
    if (migration instanceof CodeMigration code) {
      return Optional.ofNullable(code.irreversible());
    }
    return new SchemaPreflight((SchemaMigration) migration)
        .withoutWayBack().stream()
            .findFirst()
            .map(script -> "%s has no file that goes down".formatted(script.file().getFileName()));
  }

  /** The ledger notes the end in a moment, by the same clock. */
  private String fromWhenOn() {
    Duration after = CleanupPreflight.policy(migration).after();
    OffsetDateTime now =
        new JdbcTemplate(dataSource).queryForObject("SELECT now()", OffsetDateTime.class);
    return after.isZero() || now == null
        ? "at any time"
        : "from %s on".formatted(TimeText.notBefore(now.toInstant().plus(after)));
  }

  List<String> afterRollback() {
    return labelled(List.of("'run %s' begins anew".formatted(id)));
  }

  List<String> afterCleanup() {
    List<String> steps = new ArrayList<>();
    steps.add("nothing is left to do, and a rollback is impossible from here on");
    migration
        .script(Script.Kind.CLEANUP_DOWN)
        .ifPresent(
            script -> steps.add("%s makes the structure again, empty".formatted(script.file())));
    return labelled(steps);
  }

  private static List<String> labelled(List<String> steps) {
    return steps.stream().map(step -> ClosingLines.labelled("next", step)).toList();
  }
}
