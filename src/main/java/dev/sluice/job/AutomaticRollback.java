package dev.sluice.job;

import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.migration.MigrationId;
import dev.sluice.monitoring.LaunchTimes;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * What a run says that failed and was taken back at once: what failed, what was tried, and what was
 * taken back.
 */
final class AutomaticRollback {

  private final DataSource dataSource;
  private final Ledger ledger;

  AutomaticRollback(DataSource dataSource, Ledger ledger) {
    this.dataSource = dataSource;
    this.ledger = ledger;
  }

  /**
   * @param failed how the run ended
   * @param back how its rollback ended, which may have failed as well, or been stopped
   */
  RunResult result(RunResult failed, RunResult back) {
    boolean done =
        switch (back.outcome()) {
          case ROLLED_BACK, ROLLED_BACK_WITH_CONFLICTS, ALREADY_COMPLETED -> true;
          case COMPLETED,
              COMPLETED_WITH_QUARANTINE,
              HELD_BY_QUARANTINE,
              REFUSED,
              STOPPED,
              FAILED,
              HALF_APPLIED,
              VERIFICATION_FAILED,
              BUSY,
              FAILED_AND_ROLLED_BACK ->
              false;
        };
    return new RunResult(
        failed.id(),
        done ? Outcome.FAILED_AND_ROLLED_BACK : back.outcome(),
        text(failed, back, done),
        back.bug() == null ? failed.bug() : back.bug());
  }

  private String text(RunResult failed, RunResult back, boolean done) {
    MigrationId id = failed.id();
    List<String> lines = new ArrayList<>();
    lines.add(
        done
            ? id + ": failed, and was taken back as 'on-failure: rollback' asks"
            : id + ": failed, and is not yet taken back as 'on-failure: rollback' asks");
    lines.add("What failed:");
    failed.message().lines().forEach(line -> lines.add("  " + line));
    lines.add("What was tried: " + tried(id));
    lines.add("What was taken back:");
    back.message().lines().forEach(line -> lines.add("  " + line));
    return String.join("\n", lines);
  }

  private String tried(MigrationId id) {
    long run = ledger.find(id).map(LedgerEntry::run).orElse(1L);
    LaunchTimes times = LaunchTimes.read(dataSource, id.value(), run);
    return times.launches() == 1
        ? "1 launch, " + TimeText.of(times.all())
        : "%d launches, %s together".formatted(times.launches(), TimeText.of(times.all()));
  }
}
