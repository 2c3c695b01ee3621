package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.Quarantine;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.monitoring.Progress;
import dev.sluice.monitoring.ProgressReader;
import dev.sluice.validation.Certificate;
import dev.sluice.validation.Certificates;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a launch says at its end: what changed, and each check with its result. */
final class RunSummary {

  /** More are listed by the command. */
  private static final int ROWS_SHOWN = 20;

  private final DataSource dataSource;
  private final Ledger ledger;

  RunSummary(DataSource dataSource, Ledger ledger) {
    this.dataSource = dataSource;
    this.ledger = ledger;
  }

  RunResult completed(DataMigration migration) {
    MigrationId id = migration.id();
    LedgerEntry entry = ledger.find(id).orElseThrow();
    Progress progress = new ProgressReader(dataSource).read(entry);
    List<String> lines = new ArrayList<>();
    long setAside = progress.quarantined();
    lines.add(
        setAside == 0
            ? id + ": completed"
            : "%s: completed, but for rows in quarantine".formatted(id));
    lines.add(
        "  %,d rows changed of %,d visited, %,d rows/s from the first chunk to the end of the sweep"
            .formatted(progress.rowsChanged(), progress.rowsDone(), progress.rowsPerSecond()));
    if (setAside > 0) {
      lines.add("  " + QuarantineLines.waysOn(id, setAside));
      new Quarantine(new JdbcTemplate(dataSource), id, entry.run())
          .newest(ROWS_SHOWN)
          .forEach(row -> lines.add("    " + row.text()));
      if (setAside > ROWS_SHOWN) {
        lines.add("    …");
      }
    }
    ClosingLines closing = new ClosingLines(dataSource, migration);
    lines.add(ClosingLines.table(migration));
    lines.add(closing.filesOfRun(migration));
    Optional<Certificate> certificate = new Certificates(dataSource).latest(id, entry.run());
    certificate.ifPresent(found -> lines.addAll(checks(found)));
    lines.add(closing.time(id.value(), entry.run()));
    lines.addAll(new NextSteps(dataSource, migration).afterRun());
    Outcome outcome = setAside == 0 ? Outcome.COMPLETED : Outcome.COMPLETED_WITH_QUARANTINE;
    return RunResult.of(id, outcome, String.join("\n", lines));
  }

  /** One line a check. */
  static List<String> checks(Certificate certificate) {
    return certificate.results().stream()
        .map(
            result ->
                "  %-6s %s: %s"
                    .formatted(result.passed() ? "ok" : "FAILED", result.name(), result.detail()))
        .toList();
  }
}
