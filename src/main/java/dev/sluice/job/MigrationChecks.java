package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.control.SluiceSchema;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Script;
import dev.sluice.monitoring.EarlierRun;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.Waiter;
import dev.sluice.schema.ScriptReader;
import dev.sluice.schema.ScriptRunner;
import dev.sluice.schema.ScriptSettings;
import dev.sluice.validation.Baseline;
import dev.sluice.validation.Baselines;
import dev.sluice.validation.Certificate;
import dev.sluice.validation.DataPreflight;
import dev.sluice.validation.InverseCheck;
import dev.sluice.validation.Preflight;
import dev.sluice.validation.PreflightReport;
import dev.sluice.validation.Verification;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the preflight and verify steps of a run do. */
final class MigrationChecks {

  private static final Logger log = LoggerFactory.getLogger(MigrationChecks.class);

  /** Bound of each of the user's own queries before the run. */
  private static final Duration USER_QUERY_MAX = Duration.ofMinutes(5);

  /** Bound of each of the user's own queries after the run: the one snapshot that may be long. */
  private static final Duration USER_QUERY_AFTER_MAX = Duration.ofMinutes(30);

  /** Bound of each window that verify reads, and of the age of its snapshot. */
  private static final Duration WINDOW_MAX = Duration.ofSeconds(60);

  private final JobEnvironment environment;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;
  private final long run;
  private final Waiter waiter;

  MigrationChecks(
      JobEnvironment environment,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      long run,
      Waiter waiter) {
    this.environment = environment;
    this.migration = migration;
    this.transformer = transformer;
    this.run = run;
    this.waiter = waiter;
  }

  /** What speaks against the run before its first change, and what it will set off. */
  PreflightReport beforeExpand() {
    Preflight preflight = new Preflight(environment.dataSource(), USER_QUERY_MAX);
    PreflightReport report =
        hasBegun() ? preflight.checkAgain(migration) : preflight.check(migration);
    List<String> refusals = new ArrayList<>(report.refusals());
    Backfill.refusal(environment.jdbc()).ifPresent(refusals::add);
    // all files: constrain.up.sql would else be refused hours later
    migration.scripts().values().stream()
        .flatMap(script -> ScriptReader.check(script).stream())
        .forEach(problem -> refusals.add(problem.toString()));
    dropsOldColumns().ifPresent(refusals::add);
    return new PreflightReport(refusals, report.notes());
  }

  /** Once {@code expand.up.sql} has begun, the expand step knows which columns are old. */
  private Optional<String> dropsOldColumns() {
    return hasExpanded()
        ? Optional.empty()
        : new Catalog(environment.jdbc())
            .find(migration.table())
            .map(table -> table.columns().stream().map(Table.Column::name).toList())
            .flatMap(columns -> DroppedColumns.refusal(migration, columns));
  }

  private boolean hasExpanded() {
    return new SluiceSchema(environment.dataSource()).exists()
        && new ScriptRunner(environment.dataSource(), waiter, ScriptSettings.DEFAULT)
            .hasBegun(migration.id(), Script.Kind.EXPAND_UP);
  }

  /** Whether this run has its baseline: rows may have changed since. */
  private boolean hasBegun() {
    return new SluiceSchema(environment.dataSource()).exists()
        && new Baselines(environment.dataSource(), waiter).find(migration.id(), run).isPresent();
  }

  /** The same once the new columns are there. */
  PreflightReport afterExpand() {
    return new DataPreflight(environment.dataSource()).check(migration);
  }

  /** An estimate; the columns must be there. */
  long rowsToDo() {
    return new DataPreflight(environment.dataSource()).rowsToDo(migration);
  }

  /** All of the table, as the planner estimates them. */
  long rows(Table table) {
    return new DataPreflight(environment.dataSource()).rows(table);
  }

  /** How long that many rows may take. */
  String duration(long rows) {
    return DurationEstimate.text(rows, migration.tuning(), earlierRun());
  }

  private Optional<EarlierRun> earlierRun() {
    return new SluiceSchema(environment.dataSource()).exists()
        ? EarlierRun.find(environment.jdbc())
        : Optional.empty();
  }

  void preflight() {
    require(beforeExpand());
  }

  /** Whether the table is still as a catch-up needs it. */
  void preflightCatchUp() {
    require(beforeExpand());
    require(afterExpand());
  }

  void preflightData() {
    require(afterExpand());
    boolean first = !hasBegun();
    if (first) {
      require(new PreflightReport(outsideTheInverse(), List.of()));
    }
    Baseline baseline = new Baselines(environment.dataSource(), waiter).capture(migration, run);
    if (first) {
      long rows = baseline.rowsToDo();
      log.info("run.estimate migration={} rows={} takes {}", migration.id(), rows, duration(rows));
    }
  }

  private List<String> outsideTheInverse() {
    Table table = new Catalog(environment.jdbc()).find(migration.table()).orElseThrow();
    return new InverseCheck(environment.dataSource(), waiter).refusals(migration, table);
  }

  private void require(PreflightReport report) {
    report
        .notes()
        .forEach(note -> log.info("preflight.note migration={} {}", migration.id(), note));
    report.orThrow(migration.id());
  }

  /** Verifies and stores the certificate, whether it passed or not. */
  Certificate certificate() {
    return new Verification(
            environment.dataSource(), waiter, environment.clock(), WINDOW_MAX, USER_QUERY_AFTER_MAX)
        .verify(migration, run, transformer);
  }

  void verify() {
    Certificate certificate = certificate();
    if (!certificate.passed()) {
      throw new VerificationFailedException(migration.id(), certificate);
    }
  }
}
