package dev.sluice.job;

import dev.sluice.backfill.Backfill;
import dev.sluice.backfill.SetAsideReplay;
import dev.sluice.control.Commands;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.Quarantine;
import dev.sluice.control.RunState;
import dev.sluice.control.SluiceSchema;
import dev.sluice.control.StopSignal;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tries rows in quarantine again, under the runner lock. The state in the ledger stays: a run that
 * is held goes on with the next launch.
 */
final class QuarantineRetry implements LockedLaunches.Work {

  private static final int ROWS_SHOWN = 20;

  private final JobEnvironment environment;
  private final Ledger ledger;
  private final LoadedMigration loaded;
  private final DataMigration migration;
  private final StopSignal stop;

  QuarantineRetry(
      JobEnvironment environment,
      LoadedMigration loaded,
      DataMigration migration,
      StopSignal stop) {
    this.environment = environment;
    this.ledger = environment.ledger();
    this.loaded = loaded;
    this.migration = migration;
    this.stop = stop;
  }

  RunResult run() {
    return new LockedLaunches(environment, migration, Steering.Kind.OTHER, stop).run(this);
  }

  private MigrationId id() {
    return migration.id();
  }

  /** Nothing is made where nothing was ever run. */
  @Override
  public Optional<RunResult> withoutLock() {
    boolean wasRun =
        new SluiceSchema(environment.dataSource()).exists() && ledger.find(id()).isPresent();
    return wasRun
        ? Optional.empty()
        : Optional.of(refused("was never run, there are no rows in quarantine."));
  }

  @Override
  public RunResult launch(LockedLaunches.Held held) throws Exception {
    LedgerEntry entry = ledger.find(id()).orElseThrow();
    Optional<String> against = against(entry);
    return against.isPresent() ? refused(against.get()) : replay(entry, held);
  }

  private Optional<String> against(LedgerEntry entry) {
    return switch (entry.state()) {
      case RUNNING, PAUSED, STOPPED, FAILED, DIRTY -> Optional.empty();
      case COMPLETED ->
          ChangedMigration.is(entry, migration)
              ? Optional.of(new ChangedMigration(entry, migration).whenApplied())
              : Optional.empty();
      case PENDING -> Optional.of("was never run, there are no rows in quarantine.");
      case ROLLING_BACK, ROLLED_BACK ->
          Optional.of("is taken back, and rows in quarantine with it. Run it again first.");
      case CLEANING, CLEANED ->
          Optional.of("was cleaned up, what the rows would be computed from is gone.");
    };
  }

  private RunResult refused(String why) {
    return RunResult.of(id(), Outcome.REFUSED, id() + ": " + why);
  }

  private RunResult replay(LedgerEntry entry, LockedLaunches.Held held) throws Exception {
    Quarantine quarantine = new Quarantine(environment.jdbc(), id(), entry.run());
    if (quarantine.count() == 0) {
      return RunResult.of(
          id(), Outcome.ALREADY_COMPLETED, id() + ": no rows in quarantine, nothing to do");
    }
    held.steering().begins(null);
    SetAsideReplay.Result result =
        replay(
            new Launch(
                entry,
                entry.run(),
                ledger.attempt(id()),
                held.lock(),
                stop,
                held.steering(),
                held.throttle()));
    if (entry.state() == RunState.COMPLETED) {
      held.steering().close(); // first: a command given in between would hold for ever
      new Commands(environment.dataSource()).over(held.lock().epoch());
    }
    return summary(entry, result, quarantine);
  }

  private SetAsideReplay.Result replay(Launch launch) throws Exception {
    return new SetAsideReplay(
            new Backfill.Environment(
                environment.dataSource(),
                environment.transactionManager(),
                environment.jobRepository(),
                environment.clock(),
                launch.waiter()),
            migration,
            new SetAsideReplay.Launch(
                launch.run(),
                launch.epoch(),
                launch.pacing(),
                launch.waiter(),
                loaded.transformer()))
        .run();
  }

  private RunResult summary(
      LedgerEntry entry, SetAsideReplay.Result result, Quarantine quarantine) {
    long left = quarantine.count();
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s: %,d rows in quarantine are done, %,d are left".formatted(id(), result.done(), left));
    if (result.notTried() > 0) {
      lines.add(
          "  %,d of them are locked by other sessions, or written all the while; try again later"
              .formatted(result.notTried()));
    }
    quarantine.newest(ROWS_SHOWN).forEach(row -> lines.add("  " + row.text()));
    if (left > ROWS_SHOWN) {
      lines.add("  …");
    }
    if (left == 0 && entry.state() != RunState.COMPLETED) {
      lines.add(ClosingLines.labelled("next", "'run %s' goes on".formatted(id())));
    }
    if (left == 0 && entry.state() == RunState.COMPLETED) {
      lines.add(
          ClosingLines.labelled("next", "'verify %s' checks the result again".formatted(id())));
    }
    return RunResult.of(
        id(),
        left == 0 ? Outcome.COMPLETED : Outcome.COMPLETED_WITH_QUARANTINE,
        String.join("\n", lines));
  }
}
