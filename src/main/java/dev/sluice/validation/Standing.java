package dev.sluice.validation;

import dev.sluice.postgres.Key;
import dev.sluice.postgres.KeyRange;
import dev.sluice.postgres.TableKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * What has become of the rows that the run visited: as it left them, written again, or deleted. Not
 * thread-safe.
 */
final class Standing {

  private final Journal journal;
  private final List<Key> keys = new ArrayList<>();
  private long visited;
  private long changed;
  private long deleted;

  /** Of one window. */
  record Part(long visited, long changed, long deleted, List<Key> keys) {
    Part {
      keys = List.copyOf(keys);
    }
  }

  Standing(Journal journal) {
    this.journal = journal;
  }

  /** Tells nothing yet: the window may have to come again. */
  Part look(KeyRange window) {
    Part counts = journal.windows().inspection().read(jdbc -> counts(jdbc, window));
    int wanted = Windows.KEYS_MAX - keys.size();
    return counts.changed() == 0 || wanted == 0
        ? counts
        : new Part(
            counts.visited(),
            counts.changed(),
            counts.deleted(),
            journal.windows().inspection().read(jdbc -> keys(jdbc, window, wanted)));
  }

  void add(Part part) {
    visited += part.visited();
    changed += part.changed();
    deleted += part.deleted();
    part.keys().stream().limit(Windows.KEYS_MAX - keys.size()).forEach(keys::add);
  }

  /** All of it as one. */
  Part sum() {
    return new Part(visited, changed, deleted, keys);
  }

  /** {@code 1000 rows of this run: 12 hold other values by now: keys 7, 9; 3 are deleted}. */
  String detail(Coverage coverage) {
    StringBuilder text = new StringBuilder();
    text.append(coverage.describe(visited)).append(" of this run looked at: ");
    text.append(
        changed == 0
            ? "none was written again"
            : "%d hold other values by now and are not compared: keys %s"
                .formatted(changed, Evidence.listed(keys, changed)));
    if (deleted > 0) {
      text.append("; %d are deleted".formatted(deleted));
    }
    return text.toString();
  }

  private Part counts(JdbcOperations jdbc, KeyRange window) {
    String sql =
        """
        SELECT count(*) AS _kvisited,
               count(*) FILTER (WHERE NOT _krow._kours) AS _kchanged,
               count(*) FILTER (WHERE _krow._kours IS NULL) AS _kdeleted
        %s
        """
            .formatted(visited(window));
    return jdbc.query(
            sql,
            (rs, row) ->
                new Part(
                    rs.getLong("_kvisited"),
                    rs.getLong("_kchanged"),
                    rs.getLong("_kdeleted"),
                    List.of()),
            TableKey.rangeArguments(window).toArray())
        .get(0);
  }

  private List<Key> keys(JdbcOperations jdbc, KeyRange window, int limit) {
    TableKey key = journal.kept().key();
    String sql =
        """
        SELECT %s
        %s  AND NOT _krow._kours
        ORDER BY %s
        LIMIT %d
        """
            .formatted(
                columns(key, column -> "_kj.%1$s::text AS %1$s".formatted(column)),
                visited(window),
                columns(key, "_kj."::concat),
                limit);
    return jdbc.query(sql, (rs, row) -> key.read(rs), TableKey.rangeArguments(window).toArray());
  }

  private static String columns(TableKey key, UnaryOperator<String> column) {
    return IntStream.range(0, key.width())
        .mapToObj(i -> column.apply(TableKey.alias(i)))
        .collect(Collectors.joining(", "));
  }

  /**
   * The rows of a window that were not born after the start. Reads as many as the window holds, and
   * by OFFSET 0 each row of the table by its key, however sparse the journal is.
   */
  private String visited(KeyRange window) {
    return """
        FROM %s
        LEFT JOIN LATERAL (
          SELECT %s AS _kours
          FROM %s
          WHERE %s
          OFFSET 0) AS _krow ON TRUE
        WHERE NOT _kj._kborn
        """
        .formatted(
            journal.rows(window),
            journal.isOurs(),
            journal.table().name().quoted(),
            journal.sameKey());
  }
}
