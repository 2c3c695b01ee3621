package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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

  /**
   * Notes a launch.
   *
   * @param state while it runs
   * @throws Epoch.FencedException if another runner has taken over
   */
  public void started(Epoch epoch, RunState state, String checksum, String by) {
    requireEdge(epoch, state);
    update(
        epoch,
        """
        UPDATE sluice.migration
        SET state = ?,
            checksum = ?,
            started_at = now(),
            started_by = ?,
            ended_at = NULL,
            failure = NULL
        """,
        state.label(),
        checksum,
        by);
  }

  /**
   * Notes how a launch ended.
   *
   * @param failure one line, null if it did not fail
   * @throws Epoch.FencedException if another runner has taken over: the state is its own by now
   */
  public void ended(Epoch epoch, RunState state, @Nullable String failure) {
    requireEdge(epoch, state);
    update(
        epoch,
        """
        UPDATE sluice.migration
        SET state = ?,
            ended_at = now(),
            failure = ?
        """,
        state.label(),
        failure);
  }

  /** Writes only while the epoch is still the ledger's: no other runner has begun. */
  private void update(Epoch epoch, String update, @Nullable Object... values) {
    List<@Nullable Object> arguments = new ArrayList<>(Arrays.asList(values));
    arguments.add(epoch.id().value());
    arguments.add(epoch.number());
    int rows = jdbc.update(update + "WHERE id = ?\n  AND epoch = ?", arguments.toArray());
    if (rows == 0) {
      throw new Epoch.FencedException(epoch);
    }
  }

  private void requireEdge(Epoch epoch, RunState next) {
    MigrationId id = epoch.id();
    LedgerEntry entry = find(id).orElseThrow(() -> new Epoch.FencedException(epoch));
    if (entry.epoch() != epoch.number()) {
      throw new Epoch.FencedException(epoch);
    }
    RunState now = entry.state();
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
