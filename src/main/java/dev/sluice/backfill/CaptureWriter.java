package dev.sluice.backfill;

import dev.sluice.postgres.CaptureTable;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Writes the rows that are still as they were read, and deletes the entries of those, and of the
 * rows that need nothing, from the log.
 *
 * <p>Its deletes wait for nobody: the application only appends.
 */
final class CaptureWriter implements ChunkWriter<CaptureChange.Decided> {

  private final JdbcTemplate jdbc;
  private final TableKey key;
  private final TableKey entries;
  private final TransformWriter rows;
  private final String deleteEntries;
  private final String unwritten;
  private List<Key> visited = List.of();
  private Written written = Written.NOTHING;

  /**
   * @param rows locks and writes them
   */
  CaptureWriter(DataSource dataSource, CaptureTable log, TransformWriter rows) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.key = log.key();
    this.entries = log.walked();
    this.rows = rows;
    this.deleteEntries =
        "DELETE FROM %s WHERE %s".formatted(log.name().quoted(), entries.isOneOf());
    // xmin is this transaction's number in a row that it has written
    this.unwritten =
        """
        SELECT %s
        FROM %s
        WHERE %s
          AND %s.xmin <> pg_current_xact_id()::xid
        """
            .formatted(
                key.textColumnList(),
                key.table().quoted(),
                key.isOneOf(),
                key.table().name().quoted());
  }

  @Override
  public void write(Chunk<? extends CaptureChange.Decided> chunk) {
    Set<Key> held = writeRows(chunk);
    Set<Key> kept = held.size() == written.changed() ? Set.of() : unwritten(List.copyOf(held));
    List<Key> done = new ArrayList<>();
    List<Key> seen = new ArrayList<>();
    for (CaptureChange.Decided decided : chunk) {
      Key rowKey = decided.entry().key();
      boolean isHeld = decided.row() != null && held.contains(rowKey);
      if (isHeld) {
        seen.add(decided.entry().entry());
      }
      if (decided.row() == null || (isHeld && !kept.contains(rowKey))) {
        done.add(decided.entry().entry());
      }
    }
    visited = seen;
    delete(done);
  }

  private Set<Key> writeRows(Chunk<? extends CaptureChange.Decided> chunk) {
    Chunk<TransformChange.Computed> computed = new Chunk<>();
    for (CaptureChange.Decided decided : chunk) {
      if (decided.row() != null) {
        computed.add(decided.row());
      }
    }
    if (computed.isEmpty()) {
      visited = List.of();
      written = Written.NOTHING;
      return Set.of();
    }
    rows.write(computed);
    written = rows.written();
    return new HashSet<>(rows.visited());
  }

  /** A trigger of the table has prevented them. */
  private Set<Key> unwritten(List<Key> held) {
    Set<Key> found =
        jdbc.execute(
            (Connection connection) -> {
              try (PreparedStatement statement = connection.prepareStatement(unwritten)) {
                key.bind(statement, held, 1);
                return keys(statement);
              }
            });
    return found == null ? Set.of() : found;
  }

  private Set<Key> keys(PreparedStatement statement) throws SQLException {
    Set<Key> keys = new HashSet<>();
    try (ResultSet rs = statement.executeQuery()) {
      while (rs.next()) {
        keys.add(key.read(rs));
      }
    }
    return keys;
  }

  private void delete(List<Key> done) {
    if (done.isEmpty()) {
      return;
    }
    jdbc.execute(
        (Connection connection) -> {
          try (PreparedStatement statement = connection.prepareStatement(deleteEntries)) {
            entries.bind(statement, done, 1);
            return statement.executeUpdate();
          }
        });
  }

  @Override
  public Written written() {
    return written;
  }

  /** Entries, not rows: those whose rows this transaction holds. */
  @Override
  public List<Key> visited() {
    return visited;
  }
}
