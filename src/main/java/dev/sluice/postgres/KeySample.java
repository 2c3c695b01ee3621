package dev.sluice.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Cuts a table into key ranges of about equal numbers of rows, at keys that exist.
 *
 * <p>The bounds are quantiles of a sample of at most about {@value #PAGES_MAX} pages, so a table of
 * any size costs some megabytes of reading. Estimates: a range may be several times as large as
 * another.
 */
public final class KeySample {

  private static final int PAGES_MAX = 2_000;

  /** 6 MiB: some 50,000 rows of an ordinary table, read in well under a second. */
  private static final int WINDOW_PAGES = 800;

  /** A table of 1 TiB has windows of some 50 MiB, each still a matter of seconds. */
  private static final int WINDOWS_MAX = 20_000;

  /** Of an ordinary table: about 130 bytes a row. */
  private static final int ROWS_PER_PAGE = 60;

  private final JdbcOperations jdbc;
  private final TableKey key;

  public KeySample(JdbcOperations jdbc, TableKey key) {
    this.jdbc = jdbc;
    this.key = key;
  }

  /**
   * At most {@code count} ranges, at least one. Together they hold every key up to the greatest at
   * this moment; of an empty table the one range holds all.
   */
  public List<KeyRange> ranges(int count) {
    return ranges(KeyRange.ALL, count);
  }

  /** The same for a part of the table. */
  public List<KeyRange> ranges(KeyRange whole, int count) {
    return cut(whole, quantiles(whole, count, ""));
  }

  /**
   * The same; the same again for the same seed, as long as the table is.
   *
   * @param seed chooses the pages of the sample
   */
  public List<KeyRange> ranges(int count, long seed) {
    return cut(KeyRange.ALL, quantiles(KeyRange.ALL, count, " REPEATABLE (%d)".formatted(seed)));
  }

  private List<KeyRange> cut(KeyRange whole, List<Key> bounds) {
    Key greatest = new KeyWindows(jdbc, key).greatest(whole);
    if (greatest == null) {
      return List.of(whole);
    }
    List<KeyRange> ranges = new ArrayList<>();
    @Nullable Key after = whole.after();
    for (Key bound : bounds.subList(0, Math.max(0, bounds.size() - 1))) {
      ranges.add(new KeyRange(after, bound));
      after = bound;
    }
    ranges.add(new KeyRange(after, greatest));
    return ranges;
  }

  /**
   * Ranges of about {@value #WINDOW_PAGES} pages' rows, for statements that must be short. Together
   * they hold every key, also those that come later.
   */
  public List<KeyRange> windows() {
    int count = (int) Math.min(WINDOWS_MAX, 1 + pages() / WINDOW_PAGES);
    List<KeyRange> windows = new ArrayList<>(ranges(count));
    KeyRange last = windows.remove(windows.size() - 1);
    windows.add(new KeyRange(last.after(), null));
    return windows;
  }

  /** The last key of each of {@code count} equal parts of the sample. */
  private List<Key> quantiles(KeyRange whole, int count, String repeatable) {
    String sql =
        """
        SELECT DISTINCT ON (_kpart) %s
        FROM (SELECT %s,
                     ntile(%d) OVER (ORDER BY %s) AS _kpart,
                     row_number() OVER (ORDER BY %s) AS _krow
              FROM %s %s
              WHERE %s) AS _ksample
        ORDER BY _kpart, _krow DESC
        """
            .formatted(
                aliases(),
                key.textColumnList(),
                count,
                key.columnList(),
                key.columnList(),
                key.table().quoted(),
                tableSample(repeatable),
                key.inRange(whole));
    return jdbc.query(sql, (rs, row) -> key.read(rs), TableKey.rangeArguments(whole).toArray());
  }

  private String aliases() {
    List<String> aliases = new ArrayList<>();
    for (int i = 0; i < key.width(); i++) {
      aliases.add(TableKey.alias(i));
    }
    return String.join(", ", aliases);
  }

  private String tableSample(String repeatable) {
    long pages = pages();
    return pages <= PAGES_MAX
        ? ""
        : String.format(Locale.ROOT, "TABLESAMPLE SYSTEM (%f)", 100.0 * PAGES_MAX / pages)
            + repeatable;
  }

  /** Rows of the table as it was analyzed last; where it never was, by its pages. */
  public long rowsEstimated() {
    Long rows =
        jdbc.queryForObject(
            """
            SELECT coalesce(sum(CASE
                     WHEN reltuples >= 0 THEN reltuples
                     ELSE pg_relation_size(oid) / current_setting('block_size')::bigint * %d
                   END), 0)::bigint
            FROM pg_class
            WHERE oid IN (SELECT to_regclass(?)
                          UNION
                          SELECT relid FROM pg_partition_tree(to_regclass(?)) WHERE isleaf)
              AND relkind <> 'p'
            """
                .formatted(ROWS_PER_PAGE),
            Long.class,
            key.table().quoted(),
            key.table().quoted());
    return rows == null ? 0 : rows;
  }

  private long pages() {
    Long pages =
        jdbc.queryForObject(
            """
            SELECT coalesce(sum(pg_relation_size(relid)), 0)::bigint
                   / current_setting('block_size')::bigint
            FROM (SELECT to_regclass(?) AS relid
                  UNION
                  SELECT relid FROM pg_partition_tree(to_regclass(?))) AS leaves
            """,
            Long.class,
            key.table().quoted(),
            key.table().quoted());
    return pages == null ? 0 : pages;
  }
}
