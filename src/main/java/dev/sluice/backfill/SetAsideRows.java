package dev.sluice.backfill;

import dev.sluice.control.CapturedEntries;
import dev.sluice.control.Quarantine;
import dev.sluice.control.QuarantinedRow;
import dev.sluice.migration.DataMigration;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The rows that a run has set aside, against the table as it is now.
 *
 * <p>A row that the application has deleted, or brought out of the guard, needs nothing more unless
 * a change of it is still captured, and is taken off the list: by the sweep, and by whoever asks
 * for the list. One that it has only written stays, but for a sweep, which tries it again. Safe for
 * concurrent use, also beside a run.
 */
public final class SetAsideRows {

  private static final Logger log = LoggerFactory.getLogger(SetAsideRows.class);

  private final DataSource dataSource;
  private final DataMigration migration;
  private final long run;
  private final Quarantine quarantine;

  public SetAsideRows(DataSource dataSource, DataMigration migration, long run) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.run = run;
    this.quarantine = new Quarantine(new JdbcTemplate(dataSource), migration.id(), run);
  }

  /** Takes off the list what needs nothing more, and says how many rows are left on it. */
  public long countLeft() {
    if (quarantine.count() > 0) {
      release(false);
    }
    return quarantine.count();
  }

  /** By the keys' texts. */
  public List<QuarantinedRow> after(@Nullable Key after, int limit) {
    return quarantine.after(after, limit);
  }

  void releaseForSweep() {
    if (quarantine.count() > 0) {
      release(true);
    }
  }

  private void release(boolean alsoChanged) {
    Optional<Table> table = new Catalog(new JdbcTemplate(dataSource)).find(migration.table());
    if (table.isEmpty()) {
      return; // nobody can tell what of it is done
    }
    WriteTarget target = new Works(dataSource, migration, run).target(table.get());
    long released = quarantine.release().settled(target.key(), toDo(target), alsoChanged);
    if (released > 0) {
      log.info("quarantine.released migration={} rows={}", migration.id(), released);
    }
  }

  /** For a sweep of the log, which tries them again. */
  void releaseCapturedAgain() {
    if (quarantine.count() == 0) {
      return;
    }
    new Catalog(new JdbcTemplate(dataSource))
        .find(migration.table())
        .map(table -> new Works(dataSource, migration, run).target(table).key())
        .ifPresent(key -> quarantine.release().capturedAgain(CaptureTable.of(migration.id(), key)));
  }

  /** A row that is captured may be stale, whatever the guard says of it. */
  private String toDo(WriteTarget target) {
    return new CapturedEntries(new JdbcTemplate(dataSource)).isKept(migration.id())
        ? "(%s\n) OR NOT (%s)"
            .formatted(
                target.condition(), CaptureTable.of(migration.id(), target.key()).notWaiting())
        : target.condition();
  }
}
