package dev.sluice.backfill;

import dev.sluice.control.Quarantine;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import dev.sluice.sync.CaptureTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Writes the rows that are still as they were read, and deletes the entries of those, and of the
 * rows that need nothing, from the log. Rows that are still under the guard then keep theirs: they
 * are not done.
 *
 * <p>Its deletes wait for nobody: the application only appends.
 */
final class CaptureWriter implements ChunkWriter<CaptureChange.Decided> {

  private final JdbcTemplate jdbc;
  private final TableKey key;
  private final TableKey entries;
  private final TransformWriter rows;
  private final String deleteEntries;
  private final String notDone;
  private final boolean guarded;
  private final @Nullable Quarantine quarantine;
  private List<Key> visited = List.of();
  private Written written = Written.NOTHING;

  /**
   * @param rows locks and writes them
   * @param guard the definition's; null: it has none
   * @param quarantine rows that are done leave it; null: none is there
   */
  CaptureWriter(
      DataSource dataSource,
      CaptureTable log,
      TransformWriter rows,
      @Nullable String guard,
      @Nullable Quarantine quarantine) {
    this.guarded = guard != null;
    this.quarantine = quarantine;
    this.jdbc = new JdbcTemplate(dataSource);
    this.key = log.key();
    this.entries = log.walked();
    this.rows = rows;
    this.deleteEntries =
        "DELETE FROM %s WHERE %s".formatted(log.name().quoted(), entries.isOneOf());
    // xmin is this transaction's number in a row that it has written
    this.notDone =
        """
        SELECT %s
        FROM %s
        WHERE %s
          AND (%s.xmin <> pg_current_xact_id()::xid
               OR (%s
               ))
        """
            .formatted(
                key.textColumnList(),
                key.table().quoted(),
                key.isOneOf(),
                key.table().name().quoted(),
                guard == null ? "FALSE" : UserSql.forJdbc(guard));
  }

  @Override
  public void write(Chunk<? extends CaptureChange.Decided> chunk) {
    Set<Key> held = writeRows(chunk);
    boolean allWritten = held.size() == written.changed();
    Set<Key> kept =
        held.isEmpty() || (allWritten && !guarded) ? Set.of() : notDone(List.copyOf(held));
    List<Key> done = new ArrayList<>();
    List<Key> seen = new ArrayList<>();
    List<Key> doneRows = new ArrayList<>();
    for (CaptureChange.Decided decided : chunk) {
      Key rowKey = decided.entry().key();
      boolean isHeld = decided.row() != null && held.contains(rowKey);
      if (isHeld) {
        seen.add(decided.entry().entry());
      }
      if (decided.row() == null || (isHeld && !kept.contains(rowKey))) {
        done.add(decided.entry().entry());
      }
      if (isHeld && !kept.contains(rowKey)) {
        doneRows.add(rowKey);
      }
    }
    visited = seen;
    delete(done);
    if (quarantine != null && !doneRows.isEmpty()) {
      quarantine.remove(key, doneRows);
    }
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

  /** A trigger of the table has prevented the write, or the new values do not end the guard. */
  private Set<Key> notDone(List<Key> held) {
    return new HashSet<>(key.select(jdbc, notDone, held, key));
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
