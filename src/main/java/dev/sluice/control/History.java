package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** What became of each migration. The {@link Ledger} writes it, with each change of a state. */
public final class History {

  private final JdbcOperations jdbc;

  public History(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * The first event first.
   *
   * @param id null: of all migrations
   */
  public List<Event> events(@Nullable MigrationId id) {
    String wanted = id == null ? null : id.value();
    return jdbc.query(
        """
        SELECT migration_id, run, happened_at, cause, state_before, state, checksum, done_by, note
        FROM sluice.history
        WHERE ?::text IS NULL
           OR migration_id = ?
        ORDER BY number
        """,
        (rs, row) -> event(rs),
        wanted,
        wanted);
  }

  private static Event event(ResultSet rs) throws SQLException {
    return new Event(
        new MigrationId(rs.getString("migration_id")),
        rs.getLong("run"),
        rs.getTimestamp("happened_at").toInstant(),
        Event.Cause.ofLabel(rs.getString("cause")),
        RunState.ofLabel(rs.getString("state_before")),
        RunState.ofLabel(rs.getString("state")),
        rs.getString("checksum"),
        rs.getString("done_by"),
        rs.getString("note"));
  }
}
