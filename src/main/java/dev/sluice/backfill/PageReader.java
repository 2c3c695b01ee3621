package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.database.JdbcPagingItemReader;
import org.springframework.jdbc.core.RowMapper;

/**
 * Reads one page with a {@link JdbcPagingItemReader}, opened at the checkpoint with the current
 * size.
 *
 * <p>A new reader each time: its page size is final, it counts rows in an int, and its saved state
 * must never meet another page size. Opened with one full page behind it, it starts after the
 * checkpoint.
 */
final class PageReader<I> {

  private static final String NAME = "page";

  private final DataSource dataSource;
  private final TableKey key;
  private final String from;
  private final String columns;
  private final String guard;
  private final RowMapper<I> rowMapper;
  private final Function<I, Key> keyOf;

  PageReader(
      DataSource dataSource,
      TableKey key,
      String columns,
      String guard,
      RowMapper<I> rowMapper,
      Function<I, Key> keyOf) {
    this(dataSource, key, key.table().quoted(), columns, guard, rowMapper, keyOf);
  }

  /**
   * @param from the walked table and what is joined with it, at most one row to each of its rows;
   *     with named parameters, free of locks
   */
  PageReader(
      DataSource dataSource,
      TableKey key,
      String from,
      String columns,
      String guard,
      RowMapper<I> rowMapper,
      Function<I, Key> keyOf) {
    this.dataSource = dataSource;
    this.key = key;
    this.from = from;
    this.columns = columns;
    this.guard = guard;
    this.rowMapper = rowMapper;
    this.keyOf = keyOf;
  }

  /**
   * @param locking the locking clause, empty for none
   */
  Page<I> read(Page.Request asked, String locking) throws Exception {
    int rows = asked.rows();
    KeysetQueryProvider query = new KeysetQueryProvider(key, from, columns, guard, locking, asked);
    JdbcPagingItemReader<I> reader = new JdbcPagingItemReader<>(dataSource, query);
    reader.setName(NAME);
    reader.setPageSize(rows);
    reader.setRowMapper(rowMapper);
    reader.setParameterValues(query.parameters());
    reader.afterPropertiesSet();
    reader.open(position(query, rows));
    try {
      List<I> items = new ArrayList<>(rows);
      // never one more than a page holds: the reader would fetch the next one
      while (items.size() < rows) {
        I item = reader.read();
        if (item == null) {
          break;
        }
        items.add(item);
      }
      return new Page<>(asked, items, items.stream().map(keyOf).toList());
    } finally {
      reader.close();
    }
  }

  private static ExecutionContext position(KeysetQueryProvider query, int rows) {
    ExecutionContext position = new ExecutionContext();
    Map<String, Object> startAfter = query.startAfter();
    if (startAfter != null) {
      position.put(NAME + ".start.after", startAfter);
      position.putInt(NAME + ".read.count", rows);
    }
    return position;
  }
}
