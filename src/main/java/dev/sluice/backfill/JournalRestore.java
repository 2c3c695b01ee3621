package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemProcessor;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Puts old values back from the undo journal.
 *
 * <p>A row whose written columns are still what we wrote gets its old values, and its journal row
 * is deleted in the same statement. A row that holds something else stays as it is: its journal row
 * moves to {@code sluice.conflict}, as does that of a row whose trigger made something else of the
 * old values. A row that is gone stays gone. A row that another session holds stays in the journal,
 * for the sweep.
 */
final class JournalRestore implements RowChange<Key, Key> {

  private final PageReader<Key> reader;
  private final JdbcTemplate jdbc;
  private final RestoreStatements statements;

  /**
   * @param walked the journal by its key
   */
  JournalRestore(DataSource dataSource, TableKey walked, RestoreStatements statements) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.statements = statements;
    this.reader =
        new PageReader<>(
            dataSource,
            walked,
            walked.textColumnList(),
            "TRUE",
            (rs, row) -> walked.read(rs),
            item -> item);
  }

  @Override
  public PageReader<Key> reader() {
    return reader;
  }

  @Override
  public ItemProcessor<Key, Key> processor() {
    return item -> item;
  }

  /** The journal's rows are read without locks: only its own run writes it. */
  @Override
  public String pageLocking(boolean skipLocked) {
    return "";
  }

  @Override
  public ChunkWriter<Key> writer(boolean skipLocked) {
    return new Writer(skipLocked);
  }

  private final class Writer implements ChunkWriter<Key> {
    private final boolean skipLocked;
    private List<Key> visited = List.of();
    private Written written = Written.NOTHING;

    Writer(boolean skipLocked) {
      this.skipLocked = skipLocked;
    }

    @Override
    public void write(Chunk<? extends Key> chunk) {
      List<Key> keys = List.copyOf(chunk.getItems());
      List<Key> held = jdbc.execute((Connection connection) -> lock(connection, keys));
      visited = held == null ? List.of() : held;
      written =
          Objects.requireNonNull(
              jdbc.execute((Connection connection) -> restore(connection, keys)));
    }

    private List<Key> lock(Connection connection, List<Key> keys) throws SQLException {
      try (PreparedStatement statement =
          connection.prepareStatement(statements.lockRows(skipLocked))) {
        statements.key().bind(statement, keys, 1);
        List<Key> held = new ArrayList<>(keys.size());
        try (ResultSet rs = statement.executeQuery()) {
          while (rs.next()) {
            held.add(statements.key().read(rs));
          }
        }
        return held;
      }
    }

    private Written restore(Connection connection, List<Key> keys) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(statements.restore())) {
        int next = statements.key().bind(statement, keys, 1);
        statements.key().bind(statement, visited, next);
        return Written.by(statement);
      }
    }

    @Override
    public Written written() {
      return written;
    }

    @Override
    public List<Key> visited() {
      return visited;
    }
  }
}
