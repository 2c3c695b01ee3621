package dev.sluice.monitoring;

import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How fast the fastest of the last launches on this database was that changed rows, as far as they
 * tell anything. The fastest, since others may have waited: by night, for a standby, or because an
 * operator paused them.
 *
 * @param job Spring Batch's name of it: the migration's id
 * @param rowsPerSecond from its first chunk to its last, with all its waits
 */
public record EarlierRun(String job, long rowsPerSecond) {

  /** One that did fewer rows tells more of how it began than of how fast it was. */
  private static final long ROWS_MIN = 10_000;

  /** So many are looked at: older ones ran on another version, or on other hardware. */
  private static final int LAUNCHES = 5;

  /**
   * Reads the job repository's tables, which must be there.
   *
   * @return empty: none was large enough
   */
  public static Optional<EarlierRun> find(JdbcOperations jdbc) {
    return jdbc
        .query(
            """
            WITH walk AS (
              SELECT job_execution_id,
                     sum(read_count) AS rows,
                     extract(epoch FROM max(coalesce(end_time, last_updated)) - min(start_time))
                       AS seconds
              FROM sluice.batch_step_execution
              WHERE step_name LIKE 'chunks:%'
              GROUP BY job_execution_id
            ), late AS (
              SELECT i.job_name, walk.rows / walk.seconds AS rows_per_second
              FROM walk
              JOIN sluice.batch_job_execution e USING (job_execution_id)
              JOIN sluice.batch_job_instance i USING (job_instance_id)
              WHERE walk.rows >= ?
                AND walk.seconds > 0
                AND i.job_name NOT LIKE '%.rollback'
              ORDER BY e.job_execution_id DESC
              LIMIT ?
            )
            SELECT job_name, rows_per_second::bigint
            FROM late
            ORDER BY rows_per_second DESC
            LIMIT 1
            """,
            (rs, row) -> new EarlierRun(rs.getString(1), Math.max(1, rs.getLong(2))),
            ROWS_MIN,
            LAUNCHES)
        .stream()
        .findFirst();
  }
}
