package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Writes what a transform computed: locks the rows whose version is still the one that was read,
 * then updates those.
 */
final class TransformWriter implements ChunkWriter<TransformChange.Computed> {

  /** The two statements, made once for all workers. */
  static final class Statements {
    private final TableKey key;
    private final RowLock lock;
    private final int writeWidth;
    private final String lockRows;
    private final ChunkStatement update;

    Statements(WriteTarget target, List<Identifier> write, RowLock lock) {
      this(
          target,
          lock,
          write.size(),
          target.write(assignments(target.table(), write), source(target.key(), write.size())));
    }

    private Statements(WriteTarget target, RowLock lock, int writeWidth, ChunkStatement update) {
      this.key = target.key();
      this.lock = lock;
      this.writeWidth = writeWidth;
      this.lockRows = lockRows(key, UserSql.forJdbc(target.condition()));
      this.update = update;
    }

    /** The values are SQL expressions over the row, and none comes with it. */
    static Statements ofExpressions(
        WriteTarget target, Map<Identifier, String> expressions, RowLock lock) {
      return new Statements(
          target,
          lock,
          0,
          target.write(SetChange.assignments(expressions), WriteStatement.Source.NONE));
    }

    /**
     * Locks rows in key order, each until the transaction ends, and reads their versions. Bounded
     * by the number of keys. The condition is checked again on the newest version of each row.
     */
    private static String lockRows(TableKey key, String guard) {
      return """
          SELECT %s, %s.xmin AS _kxmin
          FROM %s
          WHERE %s
            AND (%s
            )
          ORDER BY %s
          """
          .formatted(
              key.textColumnList(),
              key.table().name().quoted(),
              key.table().quoted(),
              key.isOneOf(),
              guard,
              key.columnList());
    }

    private static List<WriteStatement.Assignment> assignments(
        Table table, List<Identifier> write) {
      return IntStream.range(0, write.size())
          .mapToObj(
              i -> {
                String type = type(table, write.get(i));
                return new WriteStatement.Assignment(
                    write.get(i), row -> "CAST(%s.%s AS %s)".formatted(row, value(i), type));
              })
          .toList();
    }

    /**
     * Keys and values as one text[] a column. The keys stand in the statement twice: as a list they
     * are found by one index scan.
     */
    private static WriteStatement.Source source(TableKey key, int width) {
      List<String> values =
          IntStream.range(0, width).mapToObj(TransformWriter.Statements::value).toList();
      String from =
          "unnest(%s%s) AS _kv(%s, %s)"
              .formatted(
                  keyArrays(key),
                  ", CAST(? AS text[])".repeat(width),
                  keyAliases(key),
                  String.join(", ", values));
      return new WriteStatement.Source(from, key.equalTo("_kv"), values);
    }

    private static String value(int index) {
      return "_kw" + index;
    }

    private static String type(Table table, Identifier column) {
      return table
          .column(column)
          .orElseThrow(() -> new IllegalStateException("no column " + column))
          .unboundedType();
    }

    private static String keyArrays(TableKey key) {
      return IntStream.range(0, key.width())
          .mapToObj(i -> "CAST(? AS text[])")
          .collect(Collectors.joining(", "));
    }

    private static String keyAliases(TableKey key) {
      return IntStream.range(0, key.width())
          .mapToObj(TableKey::alias)
          .collect(Collectors.joining(", "));
    }
  }

  private final JdbcTemplate jdbc;
  private final Statements statements;
  private final boolean skipLocked;
  private List<Key> visited = List.of();
  private Written written = Written.NOTHING;

  TransformWriter(DataSource dataSource, Statements statements, boolean skipLocked) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.statements = statements;
    this.skipLocked = skipLocked;
  }

  @Override
  public void write(Chunk<? extends TransformChange.Computed> chunk) {
    List<? extends TransformChange.Computed> items = chunk.getItems();
    // made before the locks are asked for: while they are held others wait
    Map<Key, TransformChange.Computed> byKey = byKey(items);
    visited = orEmpty(jdbc.execute((Connection c) -> lock(c, items, byKey)));
    written =
        visited.isEmpty()
            ? Written.NOTHING
            : statements.update.write(
                jdbc, sql -> connection -> update(connection, sql, locked(items)));
  }

  private static Map<Key, TransformChange.Computed> byKey(
      List<? extends TransformChange.Computed> items) {
    Map<Key, TransformChange.Computed> byKey = new HashMap<>(2 * items.size());
    for (TransformChange.Computed item : items) {
      byKey.putIfAbsent(item.key(), item);
    }
    return byKey;
  }

  private static List<Key> orEmpty(@Nullable List<Key> keys) {
    return keys == null ? List.of() : keys;
  }

  private List<? extends TransformChange.Computed> locked(
      List<? extends TransformChange.Computed> items) {
    if (visited.size() == items.size()) {
      return items;
    }
    Set<Key> locked = new HashSet<>(visited);
    return items.stream().filter(item -> locked.contains(item.key())).toList();
  }

  /**
   * Locks the rows, and keeps those whose version is still the one that was read. One whose key is
   * written differently by now, as citext may be, is not kept.
   */
  private List<Key> lock(
      Connection connection,
      List<? extends TransformChange.Computed> items,
      Map<Key, TransformChange.Computed> byKey)
      throws SQLException {
    String sql = statements.lockRows + statements.lock.clause(skipLocked);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statements.key.bind(statement, keys(items), 1);
      List<Key> same = new ArrayList<>(items.size());
      try (ResultSet rs = statement.executeQuery()) {
        int versionColumn = statements.key.width() + 1;
        while (rs.next()) {
          TransformChange.Computed item = byKey.get(statements.key.read(rs));
          if (item != null && item.version().equals(rs.getString(versionColumn))) {
            same.add(item.key());
          }
        }
      }
      return same;
    }
  }

  private Written update(
      Connection connection, String sql, List<? extends TransformChange.Computed> items)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      List<Key> keys = keys(items);
      int index = statements.writeWidth == 0 ? 1 : statements.key.bind(statement, keys, 1);
      for (int column = 0; column < statements.writeWidth; column++) {
        // the driver sends String[] in binary, and Object[] as one quoted text
        @Nullable String[] values = new String[items.size()];
        for (int row = 0; row < values.length; row++) {
          values[row] = items.get(row).values().get(column);
        }
        statement.setArray(index++, connection.createArrayOf("text", values));
      }
      statements.key.bind(statement, keys, index);
      return Written.by(statement);
    }
  }

  private static List<Key> keys(List<? extends TransformChange.Computed> items) {
    List<Key> keys = new ArrayList<>(items.size());
    for (TransformChange.Computed item : items) {
      keys.add(item.key());
    }
    return keys;
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
