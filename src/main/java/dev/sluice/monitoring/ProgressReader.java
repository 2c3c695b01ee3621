package dev.sluice.monitoring;

import dev.sluice.control.Activities;
import dev.sluice.control.Activity;
import dev.sluice.control.CapturedEntries;
import dev.sluice.control.Command;
import dev.sluice.control.Commands;
import dev.sluice.control.Conflicts;
import dev.sluice.control.LedgerEntry;
import dev.sluice.control.Quarantine;
import dev.sluice.control.RunState;
import dev.sluice.control.RunnerLock;
import dev.sluice.migration.MigrationId;
import dev.sluice.sync.InstalledSync;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

/** Reads a {@link Progress} from the ledger and the job repository's tables. */
public final class ProgressReader {

  /** Steps in which workers change rows. */
  private static final Set<String> WALKING =
      Set.of("backfill", "sweep", "restore", "restore-sweep");

  private final DataSource dataSource;
  private final JdbcOperations jdbc;
  private final Activities activities;
  private final Commands commands;

  public ProgressReader(DataSource dataSource) {
    this.dataSource = dataSource;
    this.jdbc = new JdbcTemplate(dataSource);
    this.activities = new Activities(dataSource);
    this.commands = new Commands(dataSource);
  }

  /**
   * What the job repository says of a run. Its read count is of rows done, its write count of rows
   * changed.
   *
   * @param launchSeconds from the first chunk to the last, or to the end of the sweep; 0 before
   */
  private record Steps(
      long rowsDone,
      long rowsChanged,
      long rowsGone,
      long rowsDoneInLaunch,
      long partitions,
      long partitionsDone,
      long rowsDoneInPartitionsDone,
      @Nullable String step,
      long chunkRows,
      long workers,
      double launchSeconds,
      long rowsToDo) {

    static final Steps NONE = new Steps(0, 0, 0, 0, 0, 0, 0, null, 0, 0, 0, 0);

    /** Whether the step of this moment changes rows. */
    boolean isWalking() {
      return step != null && WALKING.contains(step);
    }
  }

  public Progress read(LedgerEntry entry) {
    Steps steps = steps(entry).orElse(Steps.NONE);
    boolean held = RunnerLock.holder(dataSource, entry.id()).isPresent();
    Optional<Activity> activity = held ? activities.find(entry) : Optional.empty();
    boolean running = isRunning(entry.state());
    boolean completed = entry.state().isApplied() || entry.state() == RunState.ROLLED_BACK;
    long estimated = completed ? steps.rowsDone() : estimate(steps);
    long quarantined = new Quarantine(jdbc, entry.id(), entry.run()).count();
    long remaining = completed ? 0 : Math.max(0, estimated - steps.rowsDone() - quarantined);
    boolean paused = entry.state() == RunState.PAUSED;
    long rate = paused ? 0 : rate(running, steps, activity);
    return new Progress(
        entry.id(),
        entry.state(),
        isCleaned(entry) ? null : steps.step(), // the run's, which is over
        estimated,
        steps.rowsDone(),
        steps.rowsChanged(),
        steps.rowsGone(),
        rate,
        running && rate > 0 ? (Long) (remaining / rate) : null,
        activity.map(now -> (long) now.chunkRows()).orElse(steps.chunkRows()),
        activity.map(now -> (long) now.workers()).orElse(steps.workers()),
        held ? activity.map(Activity::waiting).orElse(null) : unattended(entry),
        commands.settings(entry.id()).texts(),
        remaining,
        quarantined,
        conflicts(entry),
        new CapturedEntries(jdbc).waiting(entry.id()),
        InstalledSync.find(jdbc, entry.id()).orElse(null),
        entry.run(),
        entry.startedAt(),
        entry.endedAt(),
        entry.failure());
  }

  /** The recent rate fades for seconds when no row is changed any more, as in verification. */
  private static long rate(boolean running, Steps steps, Optional<Activity> activity) {
    return activity
        .filter(now -> running && steps.isWalking())
        .map(Activity::rowsPerSecond)
        .orElseGet(() -> average(steps));
  }

  /**
   * Partitions are quantiles of the key, so those that are done tell how much the rest may hold.
   */
  private static long estimate(Steps steps) {
    long atLeast = Math.max(steps.rowsToDo(), steps.rowsDone());
    if (steps.partitionsDone() == 0) {
      return atLeast;
    }
    long refined = steps.rowsDoneInPartitionsDone() * steps.partitions() / steps.partitionsDone();
    return Math.max(refined, steps.rowsDone());
  }

  private long conflicts(LedgerEntry entry) {
    return new Conflicts(jdbc).count(entry.id(), entry.run());
  }

  private static boolean isRunning(RunState state) {
    return state == RunState.RUNNING || state == RunState.PAUSED || state == RunState.ROLLING_BACK;
  }

  private static long average(Steps steps) {
    return steps.launchSeconds() > 0
        ? Math.round(steps.rowsDoneInLaunch() / steps.launchSeconds())
        : 0;
  }

  /** A run whose lock is free has died: the ledger cannot know. A pause waits for the next one. */
  private @Nullable String unattended(LedgerEntry entry) {
    if (entry.state() == RunState.CLEANING) {
      return "no process works on it; clean it up again to go on";
    }
    Optional<Command> pause = commands.pause(entry.id());
    if (pause.isPresent() && entry.state() != RunState.CLEANED) {
      return "%s; no process runs it, and the next one waits for 'resume %s'"
          .formatted(pause.get().asPause(), entry.id());
    }
    return isRunning(entry.state()) ? "no process runs it, it died; run it again to go on" : null;
  }

  private static boolean isCleaned(LedgerEntry entry) {
    return entry.state() == RunState.CLEANING || entry.state() == RunState.CLEANED;
  }

  private Optional<Steps> steps(LedgerEntry entry) {
    MigrationId id = entry.id();
    return jdbc
        .query(
            """
            WITH execution AS (
              SELECT e.job_execution_id
              FROM sluice.batch_job_instance i
              JOIN sluice.batch_job_execution e USING (job_instance_id)
              JOIN sluice.batch_job_execution_params p USING (job_execution_id)
              WHERE i.job_name = ?
                AND p.parameter_name = 'run'
                AND p.parameter_value = ?
            ), step AS (
              SELECT s.*
              FROM sluice.batch_step_execution s
              JOIN execution USING (job_execution_id)
            ), partition AS (
              SELECT step_name, sum(read_count) AS rows, bool_or(status = 'COMPLETED') AS done
              FROM step
              WHERE step_name LIKE 'chunks:%'
              GROUP BY step_name
            ), last AS (
              SELECT max(job_execution_id) AS id FROM execution
            ), walk AS (
              SELECT *
              FROM step
              WHERE step_name LIKE 'chunks:%' OR step_name IN ('sweep', 'restore-sweep')
            )
            SELECT coalesce((SELECT sum(read_count) FROM walk), 0) AS done,
                   coalesce((SELECT sum(write_count) FROM walk), 0) AS changed,
                   coalesce((SELECT sum(write_skip_count) FROM walk), 0) AS gone,
                   coalesce((SELECT sum(read_count) FROM walk, last
                             WHERE job_execution_id = last.id), 0) AS done_in_launch,
                   (SELECT count(*) FROM sluice.partition
                    WHERE migration_id = m.id AND run = m.run AND direction = ?) AS partitions,
                   (SELECT count(*) FROM partition WHERE done) AS partitions_done,
                   coalesce((SELECT sum(rows) FROM partition WHERE done), 0) AS rows_in_done,
                   (SELECT split_part(step_name, ':', 1) FROM step, last
                    WHERE job_execution_id = last.id
                    ORDER BY step_execution_id DESC LIMIT 1) AS step,
                   (SELECT parameter_value FROM sluice.batch_job_execution_params, last
                    WHERE job_execution_id = last.id AND parameter_name = 'chunkRows') AS chunk_rows,
                   (SELECT parameter_value FROM sluice.batch_job_execution_params, last
                    WHERE job_execution_id = last.id AND parameter_name = 'workers') AS workers,
                   (SELECT extract(epoch FROM max(coalesce(end_time, last_updated)) - min(start_time))
                    FROM walk, last
                    WHERE job_execution_id = last.id) AS seconds,
                   coalesce((SELECT rows_to_do FROM sluice.baseline b
                             WHERE b.migration_id = m.id AND b.run = m.run), 0) AS rows_to_do
            FROM sluice.migration m
            WHERE m.id = ?
              AND EXISTS (SELECT FROM execution)
            """,
            (rs, row) ->
                new Steps(
                    rs.getLong("done"),
                    rs.getLong("changed"),
                    rs.getLong("gone"),
                    rs.getLong("done_in_launch"),
                    rs.getLong("partitions"),
                    rs.getLong("partitions_done"),
                    rs.getLong("rows_in_done"),
                    label(rs.getString("step"), entry),
                    rs.getLong("chunk_rows"),
                    rs.getLong("workers"),
                    rs.getDouble("seconds"),
                    rs.getLong("rows_to_do")),
            jobName(entry),
            Long.toString(entry.run()),
            isBack(entry) ? "back" : "forward",
            id.value())
        .stream()
        .findFirst();
  }

  private static boolean isBack(LedgerEntry entry) {
    return entry.state() == RunState.ROLLING_BACK || entry.state() == RunState.ROLLED_BACK;
  }

  private static String jobName(LedgerEntry entry) {
    return isBack(entry) ? entry.id() + ".rollback" : entry.id().value();
  }

  private static @Nullable String label(@Nullable String step, LedgerEntry entry) {
    if (!"chunks".equals(step)) {
      return step;
    }
    return isBack(entry) ? "restore" : "backfill";
  }
}
