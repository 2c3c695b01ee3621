package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.CaptureTable;
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

  /** At most {@link #COUNT_MAX}; 0 where there is no log. Changes of one row may be several. */
  public long waiting(MigrationId id) {
    if (!isKept(id)) {
      return 0;
    }
    Long count =
        jdbc.queryForObject(
            "SELECT count(*) FROM (SELECT FROM %s LIMIT %d) AS _kwaiting"
                .formatted(CaptureTable.nameOf(id).quoted(), COUNT_MAX),
            Long.class);
    return count == null ? 0 : count;
  }

  /** {@code 12}, or {@code more than 99,999}. */
  public static String text(long count) {
    return count < COUNT_MAX ? "%,d".formatted(count) : "more than %,d".formatted(COUNT_MAX - 1);
  }
}
