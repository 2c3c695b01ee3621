package dev.sluice.control;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** What runners tell of themselves, for whoever looks from elsewhere. */
public final class Activities {

  private final JdbcTemplate jdbc;

  public Activities(DataSource dataSource) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.jdbc.setQueryTimeout(Commands.TIMEOUT_SECONDS);
  }

  /**
   * Of the launch that the ledger knows; empty: it has told nothing yet. Means nothing unless its
   * runner lock is held.
   */
  public Optional<Activity> find(LedgerEntry entry) {
    return jdbc
        .query(
            """
            SELECT waiting, chunk_rows, workers, rows_per_second
            FROM sluice.activity
            WHERE migration_id = ?
              AND epoch = ?
            """,
            (rs, row) -> activity(rs),
            entry.id().value(),
            entry.epoch())
        .stream()
        .findFirst();
  }

  /** Overwrites what there was, unless a later launch wrote it. */
  void write(Epoch epoch, Activity now) {
    write(epoch, now, true);
  }

  /** The last one of a launch, which obeys nobody any more. */
  void end(Epoch epoch, Activity last) {
    write(epoch, last, false);
  }

  private void write(Epoch epoch, Activity now, boolean listens) {
    jdbc.update(
        """
        INSERT INTO sluice.activity AS a
          (migration_id, epoch, listens, waiting, chunk_rows, workers, rows_per_second)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (migration_id) DO UPDATE
        SET epoch = EXCLUDED.epoch,
            listens = EXCLUDED.listens,
            waiting = EXCLUDED.waiting,
            chunk_rows = EXCLUDED.chunk_rows,
            workers = EXCLUDED.workers,
            rows_per_second = EXCLUDED.rows_per_second,
            updated_at = now()
        WHERE a.epoch <= EXCLUDED.epoch
        """,
        epoch.id().value(),
        epoch.number(),
        listens,
        now.waiting(),
        now.chunkRows(),
        now.workers(),
        now.rowsPerSecond());
  }

  private static Activity activity(ResultSet rs) throws SQLException {
    Long rate = rs.getObject("rows_per_second", Long.class);
    return new Activity(
        rs.getString("waiting"), rs.getInt("chunk_rows"), rs.getInt("workers"), rate);
  }
}
