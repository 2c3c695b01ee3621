package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcOperations;

/** How much of a migration's capture log waits to be done. */
public final class CapturedEntries {

  /** More are not counted: the log of a busy table may be long. */
  public static final int COUNT_MAX = 100_000;

  private final JdbcOperations jdbc;

  public CapturedEntries(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /** Whether there is a log. */
  public boolean isKept(MigrationId id) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            "SELECT to_regclass(?) IS NOT NULL", Boolean.class, CaptureTable.nameOf(id).quoted()));
  }

  /**
   * At most {@link #COUNT_MAX}; 0 where there is no log. Changes of one row may be several. Those
   * of a row in quarantine do not wait, until there is a further one.
   */
  public long waiting(MigrationId id) {
    if (!isKept(id)) {
      return 0;
    }
    Long count =
        jdbc.queryForObject(
            """
            SELECT count(*)
            FROM (SELECT
                  FROM %s AS _kl
                  WHERE %s
                  LIMIT %d) AS _kwaiting
            """
                .formatted(CaptureTable.nameOf(id).quoted(), isToDo(id), COUNT_MAX),
            Long.class);
    return count == null ? 0 : count;
  }

  /** Most logs have no row that is set aside, and looking costs them nothing. */
  private String isToDo(MigrationId id) {
    List<Long> runs =
        jdbc.queryForList(
            """
            SELECT DISTINCT run
            FROM sluice.quarantine
            WHERE migration_id = ?
              AND captured_through IS NOT NULL
            """,
            Long.class,
            id.value());
    return runs.isEmpty()
        ? "TRUE"
        : """
          (SELECT TRUE
           FROM sluice.quarantine AS _kq
           WHERE _kq.migration_id = '%s'
             AND _kq.run = %d
             AND _kq.key = ARRAY[%s] COLLATE "default"
             AND _kq.captured_through >= _kl.%s) IS NULL
          """
            .formatted(id.value(), runs.get(runs.size() - 1), keyTexts(id), CaptureTable.SEQ);
  }

  /** The key's columns come first in the log. */
  private String keyTexts(MigrationId id) {
    return jdbc
        .queryForList(
            """
            SELECT quote_ident(attname)
            FROM pg_attribute
            WHERE attrelid = CAST(? AS regclass)
              AND attnum > 0
              AND NOT attisdropped
              AND attname NOT IN (?, ?)
            ORDER BY attnum
            """,
            String.class,
            CaptureTable.nameOf(id).quoted(),
            CaptureTable.SEQ,
            CaptureTable.DUE)
        .stream()
        .map("CAST(_kl.%s AS text)"::formatted)
        .collect(Collectors.joining(", "));
  }

  /** {@code 12}, or {@code more than 99,999}. */
  public static String text(long count) {
    return count < COUNT_MAX ? "%,d".formatted(count) : "more than %,d".formatted(COUNT_MAX - 1);
  }
}
