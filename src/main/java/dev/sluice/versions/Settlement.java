package dev.sluice.versions;

import dev.sluice.control.Commands;
import dev.sluice.control.Ledger;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.RunnerLock;
import dev.sluice.control.SluiceSchema;
import dev.sluice.job.LoadedMigration;
import dev.sluice.job.Outcome;
import dev.sluice.job.RunResult;
import dev.sluice.migration.Migration;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Waiter;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Changes the ledger under a migration's runner lock, as if it ran, but runs nothing of it. */
final class Settlement {

  private final DataSource dataSource;
  private final Ledger ledger;
  private final String by;

  /**
   * @param by process and host, for the history
   */
  Settlement(DataSource dataSource, String by) {
    this.dataSource = dataSource;
    this.ledger = new Ledger(new JdbcTemplate(dataSource));
    this.by = by;
  }

  /** What is settled while nobody else runs the migration. */
  @FunctionalInterface
  interface Action {
    RunResult settle(RunnerLock lock, LedgerEntry entry);
  }

  Ledger ledger() {
    return ledger;
  }

  /**
   * Notes a state, and that what operators asked of the run before is over, both or neither.
   *
   * @param note writes to the ledger
   */
  void over(RunnerLock lock, Runnable note) {
    new TransactionTemplate(new DataSourceTransactionManager(dataSource))
        .executeWithoutResult(
            status -> {
              note.run();
              new Commands(dataSource).over(lock.epoch());
            });
  }

  void upgrade(Waiter waiter) {
    new SluiceSchema(dataSource).upgrade(waiter);
  }

  RunResult under(LoadedMigration loaded, Action action) {
    Migration migration = loaded.migration();
    MigrationId id = migration.id();
    try {
      Optional<RunnerLock> taken = RunnerLock.tryTake(dataSource, id, migration.checksum(), by);
      if (taken.isEmpty()) {
        String holder = RunnerLock.holder(dataSource, id).orElse("a session that has just ended");
        return RunResult.of(
            id, Outcome.BUSY, "%s: is being run (%s). Stop that first.".formatted(id, holder));
      }
      try (RunnerLock lock = taken.get()) {
        return action.settle(lock, ledger.find(id).orElseThrow());
      }
    } catch (SQLException e) {
      throw new UncategorizedSQLException("runner lock", null, e);
    }
  }
}
