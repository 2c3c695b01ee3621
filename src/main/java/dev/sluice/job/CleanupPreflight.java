package dev.sluice.job;

import dev.sluice.backfill.SetAsideRows;
import dev.sluice.control.CapturedEntries;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.CleanupPolicy;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import dev.sluice.schema.ScriptReader;
import dev.sluice.validation.Certificate;
import dev.sluice.validation.RefusedException;
import dev.sluice.validation.SyncDependents;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What speaks against a cleanup. Changes nothing. */
final class CleanupPreflight {

  private static final Logger log = LoggerFactory.getLogger(CleanupPreflight.class);

  /** Then rollback stays possible: nobody gains by taking that away. Without the id before it. */
  static final String NOTHING_TO_DROP =
      "has no cleanup.up.sql and no undo journal, there is nothing to clean up";

  private final JobEnvironment environment;
  private final LoadedMigration loaded;
  private final StopSignal stop;

  /**
   * @param stop asked while it verifies
   */
  CleanupPreflight(JobEnvironment environment, LoadedMigration loaded, StopSignal stop) {
    this.environment = environment;
    this.loaded = loaded;
    this.stop = stop;
  }

  private Migration migration() {
    return loaded.migration();
  }

  /** One line a thing. */
  List<String> whatGoes() {
    return new WhatGoes(environment.dataSource()).inCleanup(migration());
  }

  boolean hasNothingToDrop() {
    return new WhatGoes(environment.dataSource()).cleanupIsEmpty(migration());
  }

  /** Why this state does not allow it, or not yet; empty: it does. Without the id before it. */
  List<String> against(LedgerEntry entry) {
    return switch (entry.state()) {
      case PENDING -> List.of("was never run, there is nothing to clean up.");
      case ROLLED_BACK ->
          List.of(
              "was rolled back at %s, there is no old side to drop.".formatted(entry.endedAt()));
      case ROLLING_BACK ->
          List.of("is being rolled back. End that with 'rollback %s'.".formatted(migration().id()));
      case RUNNING, PAUSED, STOPPED, FAILED, DIRTY ->
          List.of(
              ("is %s: its old side is dropped only once the run is completed and verified. End it"
                      + " with 'run %s'.")
                  .formatted(entry.state().label(), migration().id()));
      case CLEANING, CLEANED -> List.of();
      case COMPLETED -> againstCompleted(entry);
    };
  }

  private List<String> againstCompleted(LedgerEntry entry) {
    List<String> refusals = new ArrayList<>();
    if (ChangedMigration.is(entry, migration())) {
      refusals.add(new ChangedMigration(entry, migration()).whenApplied());
    }
    if (serverTime().isBefore(from(entry))) {
      refusals.add(tooEarly(entry));
    }
    refusals.addAll(scriptProblems());
    long waiting = new CapturedEntries(environment.jdbc()).waiting(migration().id());
    if (waiting > 0) {
      refusals.add(
          ("%s captured changes wait, and where they are the new side is older than the old one."
                  + " 'run %s' first.")
              .formatted(CapturedEntries.text(waiting), migration().id()));
    }
    if (migration() instanceof DataMigration data) {
      long setAside = new SetAsideRows(environment.dataSource(), data, entry.run()).countLeft();
      if (setAside > 0) {
        refusals.add(
            "what they are computed from would go with its old side: %s. Correct them first, or take them out of the guard."
                .formatted(QuarantineLines.waysOn(data.id(), setAside)));
      }
    }
    if (migration() instanceof DataMigration data) {
      refusals.addAll(
          new Catalog(environment.jdbc())
              .find(data.table())
              .map(table -> syncDependents(data, table))
              .orElseGet(
                  () ->
                      List.of(
                          "table %s is gone, and its result cannot be verified. Put it back."
                              .formatted(data.table()))));
    }
    return refusals;
  }

  private List<String> syncDependents(DataMigration data, Table table) {
    List<Identifier> dropped =
        data.script(Script.Kind.CLEANUP_UP)
            .map(script -> List.copyOf(ScriptReader.droppedColumns(script, data.table())))
            .orElse(List.of());
    return new SyncDependents(environment.jdbc())
        .refusals(data.id(), table, dropped, "cleanup.up.sql");
  }

  private String tooEarly(LedgerEntry entry) {
    String shorter =
        migration() instanceof DataMigration
            ? " Clean up then, or shorten 'cleanup.after'."
            : " Clean up then.";
    return "was completed at %s, and what a rollback needs is kept for %s, until %s."
            .formatted(entry.endedAt(), TimeText.of(policy(migration()).after()), from(entry))
        + shorter;
  }

  private List<String> scriptProblems() {
    return Stream.of(Script.Kind.CLEANUP_UP, Script.Kind.CLEANUP_DOWN)
        .flatMap(kind -> migration().script(kind).stream())
        .flatMap(script -> ScriptReader.check(script).stream())
        .map(Object::toString)
        .toList();
  }

  /**
   * Of a launch that goes on: the file may have been corrected since.
   *
   * @throws RefusedException with all problems of the scripts
   */
  void requireRunnable() {
    List<String> problems = scriptProblems();
    if (!problems.isEmpty()) {
      throw new RefusedException(migration().id(), problems);
    }
  }

  /** When it is old enough. The ledger's time is the server's. */
  Instant from(LedgerEntry entry) {
    Instant ended = entry.endedAt();
    return ended == null ? Instant.EPOCH : ended.plus(policy(migration()).after());
  }

  /** Files alone cannot say how long: what they leave is kept as long as any other by default. */
  static CleanupPolicy policy(Migration migration) {
    return migration instanceof DataMigration data ? data.cleanup() : CleanupPolicy.DEFAULT;
  }

  Instant serverTime() {
    OffsetDateTime now = environment.jdbc().queryForObject("SELECT now()", OffsetDateTime.class);
    return now == null ? Instant.EPOCH : now.toInstant();
  }

  /**
   * Verifies the result once more, which may take as long as reading the table, and stores the
   * certificate. Empty: every check passed, or there are no rows to check.
   */
  Optional<RunResult> verificationFailed(LedgerEntry entry) {
    if (!(migration() instanceof DataMigration data)) {
      return Optional.empty();
    }
    log.info("cleanup.verify migration={} before anything is dropped", data.id());
    Certificate certificate = certificate(data, entry.run());
    return certificate.passed()
        ? Optional.empty()
        : Optional.of(RunResult.of(data.id(), Outcome.REFUSED, failed(data, certificate)));
  }

  /** A stop cancels what runs: then neither an error nor a check that failed means anything. */
  private Certificate certificate(DataMigration data, long run) {
    try {
      return new MigrationChecks(environment, data, loaded.transformer(), run, stop).certificate();
    } finally {
      stop.throwIfStopped();
    }
  }

  private static String failed(DataMigration migration, Certificate certificate) {
    String checks =
        RunSummary.checks(certificate).stream()
            .filter(line -> line.startsWith("  FAILED"))
            .collect(Collectors.joining("\n"));
    String wayBack =
        migration.undo() instanceof Undo.None
            ? "."
            : "; 'rollback %s' is still possible.".formatted(migration.id());
    return "%s: nothing was dropped, its result does not verify\n%s\nCorrect the rows, or say under checks and verify what may differ, then clean up again%s"
        .formatted(migration.id(), checks, wayBack);
  }
}
