package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Takes rows off a quarantine by what has become of them in the user's table, or in a log of it.
 */
public final class QuarantineRelease {

  /** Entries that one statement looks up in the user's table. */
  private static final int BATCH = 1_000;

  private final JdbcOperations jdbc;
  private final Quarantine quarantine;
  private final MigrationId id;
  private final long run;

  QuarantineRelease(JdbcOperations jdbc, Quarantine quarantine, MigrationId id, long run) {
    this.jdbc = jdbc;
    this.quarantine = quarantine;
    this.id = id;
    this.run = run;
  }

  /**
   * Takes those off the list that need nothing more: rows that are gone, or no longer to be done.
   *
   * @param toDo which rows of the table are, a user's SQL
   * @param alsoChanged also those that somebody has written since, for a sweep to try them again
   * @return how many
   */
  public long settled(TableKey key, String toDo, boolean alsoChanged) {
    String sql =
        """
        DELETE FROM sluice.quarantine AS _kq
        WHERE _kq.migration_id = ?
          AND _kq.run = ?
          AND _kq.key IN (SELECT _kb.key
                             FROM sluice.quarantine AS _kb
                             WHERE _kb.migration_id = ?
                               AND _kb.run = ?
                               AND (CAST(? AS text[]) IS NULL OR _kb.key > CAST(? AS text[]))
                             ORDER BY _kb.key
                             LIMIT ?)
          AND NOT EXISTS (SELECT
                          FROM %s
                          WHERE (%s) = (%s)
                            %s
                            AND (%s
                            ))
        """
            .formatted(
                key.table().quoted(),
                key.columnList(),
                Quarantine.each(
                    key,
                    i -> "CAST(_kq.key[%d] AS %s)".formatted(i + 1, key.columns().get(i).type())),
                alsoChanged
                    ? "AND %s.xmin::text = _kq.row_version".formatted(key.table().name().quoted())
                    : "",
                UserSql.forJdbc(toDo));
    long released = 0;
    Key last = null;
    for (List<QuarantinedRow> batch = quarantine.after(null, BATCH);
        !batch.isEmpty();
        batch = quarantine.after(last, BATCH)) {
      released +=
          jdbc.update(
              sql,
              id.value(),
              run,
              id.value(),
              run,
              Quarantine.texts(last),
              Quarantine.texts(last),
              BATCH);
      last = batch.get(batch.size() - 1).key();
    }
    return released;
  }

  /**
   * Takes those off the list that have been captured again: their last entry waits to be done.
   * Bounded by the list, an index probe a row.
   *
   * @return how many
   */
  public long capturedAgain(CaptureTable log) {
    return jdbc.update(
        """
        DELETE FROM sluice.quarantine AS _kq
        WHERE _kq.migration_id = ?
          AND _kq.run = ?
          AND EXISTS (SELECT
                      FROM %s AS _kl
                      WHERE (%s) = (%s)
                        AND _kl.%s > coalesce(_kq.captured_through, 0))
        """
            .formatted(
                log.name().quoted(),
                log.each(", ", "_kl."::concat),
                Quarantine.each(
                    log.key(),
                    i ->
                        "CAST(_kq.key[%d] AS %s)"
                            .formatted(i + 1, log.key().columns().get(i).type())),
                CaptureTable.SEQ),
        id.value(),
        run);
  }
}
