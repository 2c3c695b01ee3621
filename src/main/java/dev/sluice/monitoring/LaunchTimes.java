package dev.sluice.monitoring;

import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * How long the launches of a run took.
 *
 * @param launches how many there were, the last one included
 * @param last of the last one; zero if there was none
 * @param all of all of them together, without the time between them
 */
public record LaunchTimes(int launches, Duration last, Duration all) {

  /**
   * Reads the job repository's tables. A launch that died counts until its last sign of life.
   *
   * @param jobName Spring Batch's
   */
  public static LaunchTimes read(DataSource dataSource, String jobName, long run) {
    LaunchTimes times =
        new JdbcTemplate(dataSource)
            .queryForObject(
                """
                SELECT count(*) AS launches,
                       coalesce(sum(millis), 0) AS all,
                       coalesce((array_agg(millis ORDER BY job_execution_id DESC))[1], 0) AS last
                FROM (
                  SELECT e.job_execution_id,
                         (extract(epoch FROM coalesce(e.end_time, e.last_updated)
                            - coalesce(e.start_time, e.create_time)) * 1000)::bigint AS millis
                  FROM sluice.batch_job_instance i
                  JOIN sluice.batch_job_execution e USING (job_instance_id)
                  JOIN sluice.batch_job_execution_params p USING (job_execution_id)
                  WHERE i.job_name = ?
                    AND p.parameter_name = 'run'
                    AND p.parameter_value = ?
                ) AS launch
                """,
                (rs, row) ->
                    new LaunchTimes(
                        rs.getInt("launches"),
                        Duration.ofMillis(rs.getLong("last")),
                        Duration.ofMillis(rs.getLong("all"))),
                jobName,
                Long.toString(run));
    return times == null ? new LaunchTimes(0, Duration.ZERO, Duration.ZERO) : times;
  }
}
