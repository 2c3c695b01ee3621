package dev.sluice.postgres;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Walks a table in windows of keys, so that no statement ever looks at more rows than a window
 * holds, however few of them match.
 *
 * <p>Every method is one read-only statement without row locks. With autocommit each has a snapshot
 * of its own, so that a walk over any number of rows holds back no vacuum.
 */
public final class KeyWindows {

  private final JdbcOperations jdbc;
  private final TableKey key;

  public KeyWindows(JdbcOperations jdbc, TableKey key) {
    this.jdbc = jdbc;
    this.key = key;
  }

  /**
   * The first part of {@code range} that holds about {@code rows} rows, or all of it if it holds
   * fewer.
   *
   * <p>Reads {@code rows} entries of the key's index.
   */
  public KeyRange first(KeyRange range, int rows) {
    // the text is made outside: a skipped row's select list is computed all the same
    String sql =
        """
        SELECT %s
        FROM (SELECT %s
              FROM %s
              WHERE %s
              ORDER BY %s
              OFFSET %d LIMIT 1) AS %s
        """
            .formatted(
                key.textColumnList(),
                key.columnList(),
                key.table().quoted(),
                key.inRange(range),
                key.columnList(),
                rows - 1,
                key.table().name().quoted());
    return one(sql, range).map(end -> new KeyRange(range.after(), end)).orElse(range);
  }

  /** The greatest key of the table at this moment, or null if it is empty. */
  public @Nullable Key greatest() {
    return greatest(KeyRange.ALL);
  }

  /** The same of a range. */
  public @Nullable Key greatest(KeyRange range) {
    String sql =
        """
        SELECT %s
        FROM %s
        WHERE %s
        ORDER BY %s
        LIMIT 1
        """
            .formatted(
                key.textColumnList(),
                key.table().quoted(),
                key.inRange(range),
                key.descendingColumnList());
    return one(sql, range).orElse(null);
  }

  /** How many rows of the range fulfil the condition, which is the user's SQL. */
  public long count(KeyRange range, String condition) {
    String sql =
        """
        SELECT count(*)
        FROM %s
        WHERE %s
          AND (%s
          )
        """
            .formatted(key.table().quoted(), key.inRange(range), UserSql.forJdbc(condition));
    Long count = jdbc.queryForObject(sql, Long.class, TableKey.rangeArguments(range).toArray());
    return count == null ? 0 : count;
  }

  /** The first keys of the range whose rows fulfil the condition, which is the user's SQL. */
  public List<Key> keys(KeyRange range, String condition, int limit) {
    String sql =
        """
        SELECT %s
        FROM %s
        WHERE %s
          AND (%s
          )
        ORDER BY %s
        LIMIT %d
        """
            .formatted(
                key.textColumnList(),
                key.table().quoted(),
                key.inRange(range),
                UserSql.forJdbc(condition),
                key.columnList(),
                limit);
    return jdbc.query(sql, (rs, row) -> key.read(rs), TableKey.rangeArguments(range).toArray());
  }

  private Optional<Key> one(String sql, KeyRange range) {
    return jdbc
        .query(sql, (rs, row) -> key.read(rs), TableKey.rangeArguments(range).toArray())
        .stream()
        .findFirst();
  }
}
