package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The table of migrations and their states. */
public final class Ledger {

  private static final String SELECT =
      """
      SELECT id, checksum, state, run, epoch, runner, started_at, ended_at, failure
      FROM sluice.migration
      """;

  private final JdbcOperations jdbc;

  public Ledger(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  public Optional<LedgerEntry> find(MigrationId id) {
    return jdbc.query(SELECT + " WHERE id = ?", (rs, row) -> entry(rs), id.value()).stream()
        .findFirst();
  }

  public List<LedgerEntry> all() {
    return jdbc.query(SELECT, (rs, row) -> entry(rs)).stream()
        .sorted((a, b) -> a.id().compareTo(b.id()))
        .toList();
  }

  /** Makes sure that the migration has a row. May run twice: an existing row stays as it is. */
  void register(MigrationId id, String checksum) {
    jdbc.update(
        """
        INSERT INTO sluice.migration (id, checksum, state)
        VALUES (?, ?, 'pending')
        ON CONFLICT (id) DO NOTHING
        """,
        id.value(),
        checksum);
  }

  /**
   * Counts the epoch up and returns the new one. Only the holder of the runner lock calls it.
   *
   * <p>First waits for the chunks of the epoch before, which hold it shared while they run: each is
   * over within the deadlock bound, and none can start once the epoch has changed.
   */
  long nextEpoch(MigrationId id, String runner) {
    jdbc.query(
        """
        SELECT pg_advisory_xact_lock(hashtextextended('sluice.epoch/' || id || '/' || epoch, 0))
        FROM sluice.migration
        WHERE id = ?
        """,
        rs -> {},
        id.value());
    Long epoch =
        jdbc.queryForObject(
            """
            UPDATE sluice.migration
            SET epoch = epoch + 1,
                runner = ?
            WHERE id = ?
            RETURNING epoch
            """,
            Long.class,
            runner,
            id.value());
    if (epoch == null) {
      throw new IllegalStateException("no ledger row for " + id);
    }
    return epoch;
  }

  /** Notes a launch. */
  public void started(MigrationId id, String checksum, String by) {
    requireEdge(id, RunState.RUNNING);
    jdbc.update(
        """
        UPDATE sluice.migration
        SET state = 'running',
            checksum = ?,
            started_at = now(),
            started_by = ?,
            ended_at = NULL,
            failure = NULL
        WHERE id = ?
        """,
        checksum,
        by,
        id.value());
  }

  /**
   * Notes how a launch ended.
   *
   * @param failure one line, null if it did not fail
   */
  public void ended(MigrationId id, RunState state, @Nullable String failure) {
    requireEdge(id, state);
    jdbc.update(
        """
        UPDATE sluice.migration
        SET state = ?,
            ended_at = now(),
            failure = ?
        WHERE id = ?
        """,
        state.label(),
        failure,
        id.value());
  }

  private void requireEdge(MigrationId id, RunState next) {
    RunState now = find(id).map(LedgerEntry::state).orElse(RunState.PENDING);
    if (!now.mayBecome(next)) {
      throw new IllegalStateException(
          "%s: a %s migration cannot become %s".formatted(id, now.label(), next.label()));
    }
  }

  private static LedgerEntry entry(ResultSet rs) throws SQLException {
    return new LedgerEntry(
        new MigrationId(rs.getString("id")),
        rs.getString("checksum"),
        RunState.ofLabel(rs.getString("state")),
        rs.getLong("run"),
        rs.getLong("epoch"),
        rs.getString("runner"),
        instant(rs, "started_at"),
        instant(rs, "ended_at"),
        rs.getString("failure"));
  }

  private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
    Timestamp timestamp = rs.getTimestamp(column);
    return timestamp == null ? null : timestamp.toInstant();
  }
}
