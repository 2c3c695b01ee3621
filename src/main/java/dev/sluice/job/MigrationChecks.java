package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.migration.Migration;
import dev.sluice.validation.Preflight;
import dev.sluice.validation.PreflightReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the preflight and verify steps of a run do. */
final class MigrationChecks implements MigrationJob.Checkpoints {

  private static final Logger log = LoggerFactory.getLogger(MigrationChecks.class);

  /** Bound of each of the user's own queries before the run. */
  private static final Duration USER_QUERY_MAX = Duration.ofMinutes(5);

  private final Launcher.Environment environment;
  private final Migration migration;
  private final Backfill backfill;

  MigrationChecks(Launcher.Environment environment, Migration migration, Backfill backfill) {
    this.environment = environment;
    this.migration = migration;
    this.backfill = backfill;
  }

  /** Everything that is known before the first change. */
  PreflightReport report() {
    PreflightReport report =
        new Preflight(environment.dataSource(), USER_QUERY_MAX).check(migration);
    List<String> refusals = new ArrayList<>(report.refusals());
    backfill.refusal().ifPresent(refusals::add);
    return new PreflightReport(refusals, report.notes());
  }

  @Override
  public void preflight() {
    PreflightReport report = report();
    report
        .notes()
        .forEach(note -> log.info("preflight.note migration={} {}", migration.id(), note));
    report.orThrow(migration.id());
  }

  @Override
  public void preflightData() {}

  @Override
  public void verify() {}
}
