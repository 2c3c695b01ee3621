package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
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
  private final ChunkStatement update;

  /**
   * @param given by column, SQL for whether the row's value is the application's, and stays
   */
  SetChange(
      DataSource dataSource,
      WriteTarget target,
      Map<Identifier, String> expressions,
      Map<Identifier, String> given,
      RowLock lock) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.key = target.key();
    this.lock = lock;
    this.reader =
        new PageReader<>(
            dataSource,
            key,
            key.textColumnList(),
            target.toDo(),
            (rs, row) -> key.read(rs),
            item -> item);
    this.update =
        target.write(
            assignments(expressions).stream()
                .map(
                    a ->
                        new WriteStatement.Assignment(a.column(), a.value(), given.get(a.column())))
                .toList(),
            WriteStatement.Source.NONE);
  }

  static List<WriteStatement.Assignment> assignments(Map<Identifier, String> expressions) {
    return expressions.entrySet().stream()
        .map(
            e -> {
              String sql = "(%s\n)".formatted(UserSql.forJdbc(e.getValue()));
              return new WriteStatement.Assignment(e.getKey(), row -> sql);
            })
        .toList();
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
    private Written written = Written.NOTHING;

    @Override
    public void write(Chunk<? extends Key> chunk) {
      visited = List.copyOf(chunk.getItems());
      written = update.write(jdbc, sql -> connection -> update(connection, sql));
    }

    private Written update(Connection connection, String sql) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        key.bind(statement, visited, 1);
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
