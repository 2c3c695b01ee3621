package dev.sluice.job;

import dev.sluice.control.CapturedEntries;
import dev.sluice.control.UndoMethod;
import dev.sluice.control.UndoPlans;
import dev.sluice.control.UndoPlans.UndoPlan;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Script;
import dev.sluice.migration.Sync;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.CaptureLog;
import dev.sluice.schema.ScriptReader;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.schema.SyncRemains;
import dev.sluice.schema.SyncTrigger;
import dev.sluice.schema.UndoJournal;
import dev.sluice.sync.CaptureTable;
import dev.sluice.validation.DataPreflight;
import dev.sluice.validation.JournalCheck;
import dev.sluice.validation.RefusedException;
import dev.sluice.validation.SyncFacts;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The expand step: runs {@code expand.up.sql}, decides from what it really added how the run can be
 * taken back, and makes the undo journal where that is needed.
 *
 * <p>May run again from any point: the columns from before are noted until the script begins, its
 * statements are done once, and the rest is found as it is.
 */
final class Expansion {

  private static final Logger log = LoggerFactory.getLogger(Expansion.class);

  private final DataSource dataSource;
  private final DataMigration migration;
  private final long run;
  private final ScriptRunner scripts;
  private final Waiter waiter;
  private final UndoPlans plans;

  Expansion(
      DataSource dataSource,
      DataMigration migration,
      long run,
      ScriptRunner scripts,
      Waiter waiter) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.run = run;
    this.scripts = scripts;
    this.waiter = waiter;
    this.plans = new UndoPlans(new JdbcTemplate(dataSource));
  }

  void run() {
    boolean begun = scripts.hasBegun(migration.id(), Script.Kind.EXPAND_UP);
    Table table = table();
    plans.begin(migration.id(), run, columns(table), begun);
    refuseToDropOld(table);
    migration
        .script(Script.Kind.EXPAND_UP)
        .ifPresent(script -> scripts.run(migration.id(), script));
    if (!(migration.sync() instanceof Sync.None)) {
      // before a trigger of ours stands in the application's way
      require(new DataPreflight(dataSource).check(migration).refusals());
      requireTypesThatStay();
    }
    Table expanded = table();
    UndoMethod method = method(expanded);
    if (method == UndoMethod.JOURNAL) {
      require(JournalCheck.refusals(dataSource, expanded, migration));
      UndoJournal journal = UndoJournals.of(dataSource, migration, waiter);
      journal.create();
      if (migration.guard() == null) {
        journal.noteBornRows();
      } else {
        journal.followKeys();
      }
    }
    if (migration.sync() instanceof Sync.Trigger) {
      sync(method);
    }
    // before the key range is fixed: what is captured from here on may lie behind any cursor
    CaptureLogs.of(dataSource, migration, waiter).ifPresent(capture -> capture.install(migration));
    plans.decide(migration.id(), run, decision(expanded));
    log.info("undo.method migration={} method={}", migration.id(), method.label());
  }

  /**
   * At each launch: makes the function of the sync or capture trigger anew, and puts the trigger
   * back where somebody has dropped or disabled it.
   */
  void keepInSync() {
    CaptureLogs.of(dataSource, migration, waiter).ifPresent(this::keepCapturing);
    if (!(migration.sync() instanceof Sync.Trigger)) { // the definition may have asked for one
      new SyncRemains(dataSource, waiter, ScriptSettings.DEFAULT, migration.id()).dropNow();
      return;
    }
    boolean missing = sync(plans.find(migration.id(), run).flatMap(UndoPlan::method).orElse(null));
    if (missing) {
      log.warn(
          "sync.missing migration={} had no trigger until now: rows that were written without it are"
              + " found only where they are under the guard",
          migration.id());
    }
  }

  /**
   * At each launch: ends what an earlier one captured, where the definition no longer asks for it.
   *
   * @throws RefusedException if changes wait, whose rows would stay stale without a word
   */
  void stopCapturing() {
    if (CaptureLogs.isKept(migration)
        || CaptureLogs.remains(dataSource, migration.id(), waiter).dropIfEmpty()) {
      return;
    }
    throw new RefusedException(
        migration.id(),
        List.of(
            ("the run began with 'sync: capture', and %s captured changes wait, which nothing would"
                    + " do without it. Put 'sync: capture' back, or roll the run back first.")
                .formatted(
                    CapturedEntries.text(
                        new CapturedEntries(new JdbcTemplate(dataSource))
                            .waiting(migration.id())))));
  }

  /**
   * At each launch of the run: a trigger stands until cleanup, and would have constrain fail after
   * the whole backfill.
   *
   * @throws RefusedException if {@code constrain.up.sql} retypes a column that it needs
   */
  void requireTypesThatStay() {
    Set<Identifier> retyped =
        migration
            .script(Script.Kind.CONSTRAIN_UP)
            .map(script -> ScriptReader.retypedColumns(script, migration.table()))
            .orElse(Set.of());
    if (retyped.isEmpty()) {
      return;
    }
    SyncFacts.rules(dataSource, migration, table())
        .ifPresent(rules -> refuseToRetype(retyped, rules.needs(), "sync"));
    CaptureLogs.of(dataSource, migration, waiter)
        .ifPresent(capture -> refuseToRetype(retyped, capture.needs(migration), "capture"));
  }

  private void refuseToRetype(Set<Identifier> retyped, List<Identifier> needed, String trigger) {
    List<Identifier> standing = needed.stream().filter(retyped::contains).toList();
    if (!standing.isEmpty()) {
      require(
          List.of(
              ("constrain.up.sql changes the type of column %s, which the %s trigger needs:"
                      + " PostgreSQL refuses that until cleanup. Do it in expand.up.sql, or in"
                      + " cleanup.up.sql.")
                  .formatted(Identifier.listed(standing), trigger)));
    }
  }

  private void keepCapturing(CaptureLog capture) {
    boolean missing = !capture.stands(migration);
    capture.install(migration);
    if (missing) {
      log.warn(
          "capture.missing migration={} had no trigger until now: rows that were changed without it"
              + " are found only where they are under the guard",
          migration.id());
    }
  }

  private boolean sync(@Nullable UndoMethod method) {
    Table expanded = table();
    return SyncFacts.rules(dataSource, migration, expanded)
        .map(
            rules ->
                method == UndoMethod.JOURNAL
                    ? rules.withJournal(UndoJournals.table(migration, expanded))
                    : rules)
        .map(rules -> new SyncTrigger(dataSource, waiter, ScriptSettings.DEFAULT, rules).install())
        .orElse(false);
  }

  private void require(List<String> refusals) {
    if (!refusals.isEmpty()) {
      throw new RefusedException(migration.id(), refusals);
    }
  }

  /**
   * At each launch: what a rollback needs was decided when the run began. A run that began before
   * there were such plans goes on as it began, without a way back: rollback refuses it.
   *
   * @throws RefusedException if the definition has changed it since
   */
  void requireSamePlan() {
    requireCaptureLog();
    Optional<UndoPlan> plan = plans.find(migration.id(), run);
    if (plan.isEmpty()) {
      log.warn(
          "undo.none migration={} run={} began before undo was built: it cannot be taken back",
          migration.id(),
          run);
      return;
    }
    UndoPlans.Decision began = plan.get().decision();
    UndoPlans.Decision now = decision(table());
    if (began != null && !now.equals(began)) {
      throw new RefusedException(
          migration.id(),
          List.of(
              ("the run began with %s, the definition now says %s, and its undo would not fit."
                      + " Put the definition back, or roll the run back first.")
                  .formatted(began, now)));
    }
  }

  private void requireCaptureLog() {
    if (CaptureLogs.isKept(migration)
        && !new CapturedEntries(new JdbcTemplate(dataSource)).isKept(migration.id())) {
      throw new RefusedException(
          migration.id(),
          List.of(
              ("its capture log %s is gone, or the run began without 'sync: capture': what the"
                      + " application has changed since is not known. Roll the run back, and run it again.")
                  .formatted(CaptureTable.nameOf(migration.id()))));
    }
    CaptureLogs.of(dataSource, migration, waiter)
        .flatMap(capture -> capture.refusal(migration))
        .ifPresent(refusal -> require(List.of(refusal)));
  }

  private UndoPlans.Decision decision(Table expanded) {
    return new UndoPlans.Decision(
        method(expanded), migration.change().writtenColumns(), migration.guard() != null);
  }

  private UndoMethod method(Table expanded) {
    Undo undo = migration.undo();
    if (undo instanceof Undo.None) {
      return UndoMethod.NONE;
    }
    if (undo instanceof Undo.Inverse) {
      return UndoMethod.SQL;
    }
    if (undo instanceof Undo.Journal || migration.guard() == null) {
      return UndoMethod.JOURNAL;
    }
    List<Identifier> old = notAdded(expanded);
    if (undo instanceof Undo.Schema && !old.isEmpty()) {
      throw new RefusedException(
          migration.id(),
          List.of(
              ("undo: schema, but expand.up.sql did not add column %s, and dropping it would lose"
                      + " what it held. Write undo: journal.")
                  .formatted(Identifier.listed(old))));
    }
    List<Identifier> kept = notDropped();
    if (undo instanceof Undo.Schema && !kept.isEmpty()) {
      throw new RefusedException(
          migration.id(),
          List.of(
              ("undo: schema, but expand.down.sql does not drop column %s, which would keep what the"
                      + " run wrote. Drop it there, or write undo: journal.")
                  .formatted(Identifier.listed(kept))));
    }
    return old.isEmpty() && kept.isEmpty() ? UndoMethod.SCHEMA : UndoMethod.JOURNAL;
  }

  /** The written columns that {@code expand.down.sql} does not mention. */
  private List<Identifier> notDropped() {
    Set<Identifier> named =
        migration.script(Script.Kind.EXPAND_DOWN).map(ScriptReader::names).orElse(Set.of());
    return migration.change().writtenColumns().stream()
        .filter(column -> !named.contains(column))
        .toList();
  }

  /**
   * The written columns that were there before expand: {@code IF NOT EXISTS} adds none of those.
   */
  private List<Identifier> notAdded(Table expanded) {
    Set<Identifier> before = Set.copyOf(columnsBefore(expanded));
    return migration.change().writtenColumns().stream().filter(before::contains).toList();
  }

  private List<Identifier> columnsBefore(Table table) {
    return plans.find(migration.id(), run).map(UndoPlan::columnsBefore).orElse(columns(table));
  }

  /** Before anything of it is applied, and at a launch behind that too. */
  private void refuseToDropOld(Table table) {
    require(DroppedColumns.refusal(migration, columnsBefore(table)).stream().toList());
  }

  private static List<Identifier> columns(Table table) {
    return table.columns().stream().map(Table.Column::name).toList();
  }

  private Table table() {
    return new Catalog(new JdbcTemplate(dataSource)).require(migration.table());
  }
}
