package dev.sluice.job;

import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.Migration;
import dev.sluice.migration.Script;
import dev.sluice.validation.Certificate;
import dev.sluice.validation.Certificates;
import java.util.ArrayList;
import java.util.List;

/**
 * What a cleanup would drop, from when on it may, and what speaks against it. Changes nothing; does
 * not verify, which stores a certificate, but tells the last one.
 */
final class CleanupDryRun {

  private final JobEnvironment environment;
  private final Migration migration;
  private final CleanupPreflight preflight;

  CleanupDryRun(JobEnvironment environment, Migration migration, CleanupPreflight preflight) {
    this.environment = environment;
    this.migration = migration;
    this.preflight = preflight;
  }

  RunResult run(LedgerEntry entry) {
    return switch (entry.state()) {
      case CLEANED ->
          RunResult.of(
              migration.id(),
              Outcome.ALREADY_COMPLETED,
              "%s: cleaned at %s, nothing to do".formatted(migration.id(), entry.endedAt()));
      case COMPLETED, CLEANING -> whatWouldGo(entry);
      case PENDING, RUNNING, PAUSED, STOPPED, FAILED, DIRTY, ROLLING_BACK, ROLLED_BACK ->
          RunResult.of(
              migration.id(),
              Outcome.REFUSED,
              migration.id() + ": " + String.join("\n", preflight.against(entry)));
    };
  }

  private RunResult whatWouldGo(LedgerEntry entry) {
    if (preflight.hasNothingToDrop()) {
      return RunResult.of(
          migration.id(),
          Outcome.ALREADY_COMPLETED,
          migration.id() + ": " + CleanupPreflight.NOTHING_TO_DROP);
    }
    List<String> lines = new ArrayList<>();
    lines.add("%s: a cleanup would drop for good".formatted(migration.id()));
    preflight.whatGoes().forEach(line -> lines.add("  " + line));
    migration
        .script(Script.Kind.CLEANUP_UP)
        .ifPresent(script -> lines.add("would run " + script.file()));
    lines.add("a rollback would be impossible from then on");
    if (entry.endedAt() != null) {
      lines.add(
          "completed at %s, may be cleaned up from %s on"
              .formatted(entry.endedAt(), preflight.from(entry)));
    }
    new Certificates(environment.dataSource())
        .latest(migration.id(), entry.run())
        .ifPresent(certificate -> lines.add(lastCertificate(certificate)));
    List<String> refusals = preflight.against(entry);
    refusals.forEach(refusal -> lines.add("%s: %s".formatted(migration.id(), refusal)));
    return RunResult.of(
        migration.id(),
        refusals.isEmpty() ? Outcome.COMPLETED : Outcome.REFUSED,
        String.join("\n", lines));
  }

  private static String lastCertificate(Certificate certificate) {
    return "last verified at %s, %s; it is verified again before anything is dropped"
        .formatted(
            certificate.verifiedAt(),
            certificate.passed() ? "every check passed" : "and not every check passed");
  }
}
