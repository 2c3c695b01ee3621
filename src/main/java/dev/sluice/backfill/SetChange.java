package dev.sluice.backfill;

import dev.sluice.migration.Change;
import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ItemProcessor;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * {@code set:} the page locks the keys, a second statement updates those rows from SQL expressions.
 *
 * <p>Two statements, because the second one's snapshot is taken when the rows are held: it sees the
 * newest version of each, and no other run can have changed them since.
 */
final class SetChange implements RowChange<Key, Key> {

  private final PageReader<Key> reader;
  private final JdbcTemplate jdbc;
  private final TableKey key;
  private final RowLock lock;
  private final String update;

  SetChange(
      DataSource dataSource,
      TableKey key,
      String guard,
      Change.SetExpressions change,
      RowLock lock) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.key = key;
    this.lock = lock;
    this.reader =
        new PageReader<>(
            dataSource, key, key.textColumnList(), guard, (rs, row) -> key.read(rs), item -> item);
    this.update = update(key, guard, change.expressions());
  }

  /**
   * Takes no lock that the page does not hold yet. Bounded by the number of keys. May run twice:
   * the guard is repeated, so a row that needs no more work stays as it is.
   */
  private static String update(TableKey key, String guard, Map<Identifier, String> expressions) {
    String assignments =
        expressions.entrySet().stream()
            .map(e -> "%s = (%s\n)".formatted(e.getKey().quoted(), UserSql.forJdbc(e.getValue())))
            .collect(Collectors.joining(", "));
    return """
        UPDATE %s
        SET %s
        WHERE %s
          AND (%s
          )
        """
        .formatted(key.table().quoted(), assignments, key.isOneOf(), UserSql.forJdbc(guard));
  }

  @Override
  public PageReader<Key> reader() {
    return reader;
  }

  @Override
  public ItemProcessor<Key, Key> processor() {
    return item -> item;
  }

  @Override
  public String pageLocking(boolean skipLocked) {
    return lock.clause(skipLocked);
  }

  @Override
  public ChunkWriter<Key> writer(boolean skipLocked) {
    return new Writer();
  }

  private final class Writer implements ChunkWriter<Key> {
    private List<Key> visited = List.of();
    private int rowsWritten;

    @Override
    public void write(Chunk<? extends Key> chunk) {
      visited = List.copyOf(chunk.getItems());
      Integer rows = jdbc.execute(this::update);
      rowsWritten = rows == null ? 0 : rows;
    }

    private Integer update(Connection connection) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(update)) {
        int index = 1;
        for (Array array : key.arrays(connection, visited)) {
          statement.setArray(index++, array);
        }
        return statement.executeUpdate();
      }
    }

    @Override
    public int rowsWritten() {
      return rowsWritten;
    }

    @Override
    public List<Key> visited() {
      return visited;
    }
  }
}
