package dev.sluice.job;

import dev.sluice.control.Conflicts;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.DataMigration;
import dev.sluice.monitoring.Progress;
import dev.sluice.monitoring.ProgressReader;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What a rollback says at its end: how many rows went back, and which did not. */
final class RollbackSummary {

  /** More stand in {@code sluice.conflict}. */
  private static final int KEYS_SHOWN = 20;

  private final DataSource dataSource;

  RollbackSummary(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  RunResult completed(DataMigration migration) {
    JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    LedgerEntry entry = new Ledger(jdbc).find(migration.id()).orElseThrow();
    Conflicts table = new Conflicts(jdbc);
    long conflicts = table.count(migration.id(), entry.run());
    Progress progress = new ProgressReader(dataSource).read(entry);
    List<String> lines = new ArrayList<>();
    lines.add(migration.id() + ": rolled back");
    if (progress.rowsDone() > 0) {
      lines.add(
          "  %,d rows put back of %,d looked at, %,d rows/s"
              .formatted(progress.rowsChanged(), progress.rowsDone(), progress.rowsPerSecond()));
    }
    if (progress.rowsGone() > 0) {
      lines.add("  " + gone(progress.rowsGone()));
    }
    if (conflicts > 0) {
      List<String> keys = table.keys(migration.id(), entry.run(), KEYS_SHOWN);
      lines.add(
          "  conflicts: %,d rows left as they are, the application has written these rows since: keys %s%s"
              .formatted(conflicts, String.join("; ", keys), conflicts > keys.size() ? "; …" : ""));
      lines.add(
          "  their old values stand in sluice.conflict (migration_id '%s', run %d)"
              .formatted(migration.id(), entry.run()));
    }
    lines.addAll(new ClosingLines(dataSource, migration).ofRollback(migration, entry.run()));
    Outcome outcome = conflicts > 0 ? Outcome.ROLLED_BACK_WITH_CONFLICTS : Outcome.ROLLED_BACK;
    return RunResult.of(migration.id(), outcome, String.join("\n", lines));
  }

  /**
   * Of rows that the run changed; where no trigger follows a key, nobody can tell the two apart.
   */
  static String gone(long rows) {
    return "%,d rows that the run changed are gone: deleted since, or their key was changed"
        .formatted(rows);
  }
}
