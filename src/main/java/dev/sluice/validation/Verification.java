package dev.sluice.validation;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunState;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Proves a run: nothing is left under the guard, the user's checks hold, and what stands in the
 * table is what the definition computes. All checks run, also after one failed; the certificate is
 * stored. Reads only, in key windows, with as many connections as the migration has workers.
 */
public final class Verification {
  private final DataSource dataSource;
  private final Inspection inspection;
  private final Inspection queries;
  private final Certificates certificates;
  private final Waiter waiter;
  private final Clock clock;

  /**
   * @param waiter asked between windows whether to stop
   * @param windowMax bound of each window; one that overruns it is halved
   * @param queryMax bound of each of the user's own queries
   */
  public Verification(
      DataSource dataSource, Waiter waiter, Clock clock, Duration windowMax, Duration queryMax) {
    this.dataSource = dataSource;
    this.inspection = new Inspection(dataSource, windowMax);
    this.queries = new Inspection(dataSource, queryMax);
    this.certificates = new Certificates(dataSource);
    this.waiter = waiter;
    this.clock = clock;
  }

  /**
   * Verifies and stores the certificate, whether it passed or not.
   *
   * @param transformer null: the change is no transform
   * @throws IllegalArgumentException if the table or its key is missing, or the transformer
   * @throws RefusedException if the run is rolled back, or the definition does not fit its journal;
   *     nothing is stored
   * @throws DataAccessException for an error that may pass by itself
   * @throws Waiter.StoppedException if an operator asks to stop; nothing is stored
   */
  public Certificate verify(
      DataMigration migration, long run, @Nullable RowTransformer transformer) {
    Instant verifiedAt = now();
    refuseRolledBack(migration.id());
    Evidence evidence = evidence(migration, run, transformer);
    List<Certificate.Result> results = new ArrayList<>();
    RecomputeCheck recompute = new RecomputeCheck();
    for (VerifyCheck check : checks(migration, recompute)) {
      results.addAll(outcome(check, evidence));
    }
    results.addAll(evidence.leftOut());
    // once more: with the rollback the journal loses the rows that are back
    refuseRolledBack(migration.id());
    Certificate certificate = new Certificate(verifiedAt, now(), results);
    certificates.save(migration.id(), run, certificate, recompute.hashed());
    return certificate;
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private void refuseRolledBack(MigrationId id) {
    RunState state = state(id);
    if (state == RunState.ROLLING_BACK) {
      throw new RefusedException(
          id,
          List.of(
              "is being rolled back, and rows that are back are no result of the run. End that with 'rollback %s'."
                  .formatted(id)));
    }
    if (state == RunState.ROLLED_BACK) {
      throw new RefusedException(
          id, List.of("was rolled back, there is no result to verify. Run it again first."));
    }
  }

  private RunState state(MigrationId id) {
    return new Ledger(new JdbcTemplate(dataSource))
        .find(id)
        .map(LedgerEntry::state)
        .orElse(RunState.PENDING);
  }

  private List<VerifyCheck> checks(DataMigration migration, RecomputeCheck recompute) {
    List<VerifyCheck> checks = new ArrayList<>();
    checks.add(new RemainingCheck(() -> state(migration.id())));
    migration.checks().after().forEach(check -> checks.add(new AfterCheck(check)));
    checks.add(recompute);
    migration.checks().distribution().forEach(column -> checks.add(new DistributionCheck(column)));
    return checks;
  }

  private Evidence evidence(
      DataMigration migration, long run, @Nullable RowTransformer transformer) {
    Table table =
        new Catalog(new JdbcTemplate(dataSource))
            .find(migration.table())
            .orElseThrow(
                () ->
                    new IllegalArgumentException("there is no table '" + migration.table() + "'"));
    Windows windows = new Windows(inspection, TableKey.of(table, migration.key()), waiter);
    Journals journals = new Journals(new JdbcTemplate(dataSource), migration, table);
    int workers = migration.tuning().workers();
    HashedRanges.Earlier earlier = certificates.latestRanges(migration.id(), run).orElse(null);
    List<CutRange> ranges = new RangeCut(windows, workers).cut(earlier);
    return new Evidence(
        migration,
        run,
        table,
        ranges,
        Walk.of(windows, ranges, workers),
        queries,
        new Baselines(dataSource, waiter).find(migration.id(), run).orElse(null),
        journals.find(run, windows).orElse(null),
        earlier,
        transformer,
        QuarantinedRows.of(new JdbcTemplate(dataSource), migration.id(), run, windows.key()),
        StaleRows.of(new JdbcTemplate(dataSource), migration.id(), windows.key()));
  }

  /** An error that comes again is the check's outcome; one that passes ends the verification. */
  private static List<Certificate.Result> outcome(VerifyCheck check, Evidence evidence) {
    try {
      return check.verify(evidence);
    } catch (WindowOverrunException e) {
      return List.of(
          new Certificate.Result(check.name(), false, "was given up: " + e.getMessage()));
    } catch (DataAccessException e) {
      if (SqlStates.isTransient(e)) {
        throw e;
      }
      ServerError error = ServerError.of(e).orElseThrow(() -> e);
      return List.of(
          new Certificate.Result(check.name(), false, "is an error: " + error.textWithoutValues()));
    }
  }
}
