package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Waiter;
import dev.sluice.sync.InstalledSync;
import dev.sluice.sync.SyncFunction;
import dev.sluice.sync.SyncInserts;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A sync trigger whose end has come, or which is only looked at: known by the migration's id alone,
 * whatever its table is called by now.
 */
public final class SyncRemains {

  private static final Logger log = LoggerFactory.getLogger(SyncRemains.class);

  private final JdbcTemplate jdbc;
  private final BriefLock lock;
  private final MigrationId id;

  /**
   * @param waiter waited with between attempts to lock the table
   */
  public SyncRemains(
      DataSource dataSource, Waiter waiter, ScriptSettings settings, MigrationId id) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.lock = new BriefLock(dataSource, waiter, settings, "sync", id);
    this.id = id;
  }

  /** {@code sync trigger zz_sluice_0001_split_s on public.users}; empty: there is none. */
  public Optional<String> describe() {
    return InstalledSync.find(jdbc, id).map("sync trigger "::concat);
  }

  /**
   * The statement that ends it, and may run again. The triggers go with their functions; for that
   * it takes ACCESS EXCLUSIVE on the table, for milliseconds.
   */
  public String drop() {
    return "DROP FUNCTION IF EXISTS %s(), %s() CASCADE"
        .formatted(SyncFunction.nameOf(id), SyncInserts.functionOf(id));
  }

  /**
   * Runs {@link #drop} in a transaction of its own, again and again while the table is in use; with
   * what only the functions have used.
   */
  public void dropNow() {
    boolean there = describe().isPresent();
    lock.run(
        turn -> {
          turn.execute(drop());
          turn.execute("DROP TABLE IF EXISTS " + SyncInserts.tableOf(id).quoted());
        });
    if (there) {
      log.info("sync.dropped migration={}", id);
    }
  }
}
