package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.database.Order;
import org.springframework.batch.infrastructure.item.database.PagingQueryProvider;

/**
 * The page query: rows under the guard after the checkpoint, up to the end of the key window, in
 * key order; or, of a stride, the rows under the guard that have its keys. Both conditions at once
 * let PostgreSQL read the whole window for each stride of a composite key.
 *
 * <p>Spring Batch's own provider expands a composite key into ORs, does not quote names, and knows
 * no locking clause. Named parameters, because a reader with {@code ?} repeats each sort key for
 * that expansion. The sort keys are the key columns as text under plain aliases ({@code _k1}),
 * while ORDER BY is on the columns themselves.
 */
final class KeysetQueryProvider implements PagingQueryProvider {

  /** Names the upper bound's parameters {@code _t1}, …; the reader names the checkpoint's. */
  private static final String THROUGH = "_t";

  /** Names the arrays of a stride's keys, one a column. */
  private static final String STRIDE = "_s";

  private final TableKey key;
  private final String from;
  private final String columns;
  private final String guard;
  private final String locking;
  private final KeyRange window;
  private final List<Key> stride;

  /** The reader asks for them at each row. */
  private final Map<String, Order> sortKeys;

  /**
   * @param from the table, and what is joined with it
   * @param columns the select list
   * @param guard the user's SQL, as it was written
   * @param locking the locking clause, empty for none
   */
  KeysetQueryProvider(
      TableKey key, String from, String columns, String guard, String locking, Page.Request asked) {
    this.key = key;
    this.from = from;
    this.columns = columns;
    this.guard = UserSql.forNamedParameters(guard);
    this.locking = locking;
    this.window = asked.stride().isEmpty() ? asked.window() : KeyRange.ALL;
    this.stride = asked.stride();
    this.sortKeys = new LinkedHashMap<>();
    for (int i = 0; i < key.width(); i++) {
      sortKeys.put(TableKey.alias(i), Order.ASCENDING);
    }
  }

  /** The values of the upper bound, or of the stride. */
  Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    if (window.through() != null) {
      for (int i = 0; i < key.width(); i++) {
        parameters.put(THROUGH + i, window.through().texts().get(i));
      }
    }
    if (!stride.isEmpty()) {
      for (int i = 0; i < key.width(); i++) {
        parameters.put(STRIDE + i, TableKey.texts(stride, i));
      }
    }
    // the reader takes its path without named parameters when there are none at all
    parameters.put("_none", "");
    return parameters;
  }

  /** What the reader calls its checkpoint. */
  @Nullable Map<String, Object> startAfter() {
    if (window.after() == null) {
      return null;
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < key.width(); i++) {
      values.put(TableKey.alias(i), window.after().texts().get(i));
    }
    return values;
  }

  @Override
  public void init(DataSource dataSource) {}

  @Override
  public String generateFirstPageQuery(int pageSize) {
    return page("", pageSize);
  }

  @Override
  public String generateRemainingPagesQuery(int pageSize) {
    String after = key.comparedWith(">", i -> getSortKeyPlaceHolder(TableKey.alias(i)));
    return page("AND " + after, pageSize);
  }

  private String page(String after, int pageSize) {
    String through =
        window.through() == null ? "" : "AND " + key.comparedWith("<=", i -> ":" + THROUGH + i);
    return """
        SELECT %s
        FROM %s
        WHERE (%s
        ) %s %s %s
        ORDER BY %s
        LIMIT %d
        %s
        """
        .formatted(
            columns,
            from,
            guard,
            after,
            through,
            stride.isEmpty() ? "" : "AND " + key.isOneOf(i -> ":" + STRIDE + i),
            key.columnList(),
            pageSize,
            locking);
  }

  @Override
  public int getParameterCount() {
    return parameters().size();
  }

  @Override
  public boolean isUsingNamedParameters() {
    return true;
  }

  @Override
  public Map<String, Order> getSortKeys() {
    return sortKeys;
  }

  @Override
  public Map<String, Order> getSortKeysWithoutAliases() {
    return sortKeys;
  }

  @Override
  public String getSortKeyPlaceHolder(String keyName) {
    return ":_" + keyName;
  }
}
