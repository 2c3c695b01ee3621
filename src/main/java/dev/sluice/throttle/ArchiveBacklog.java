package dev.sluice.throttle;

import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.postgres.StatsRights;
import java.time.Duration;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Files of WAL that wait to be archived, each 16 MB as a rule, or an archive command that fails:
 * both fill the disk. None on a server that does not archive.
 *
 * <p>A last attempt that failed is no reason once nothing waits, as where somebody has helped by
 * hand: on a quiet server no other attempt would follow.
 */
final class ArchiveBacklog implements Signal {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  /**
   * Of {@code pg_stat_archiver}.
   *
   * @param failing whether the last attempt failed
   * @param files that wait
   */
  record Archive(boolean failing, long files) {}

  @Override
  public String name() {
    return "archive backlog";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return policy.wal().archiveBacklog() > 0;
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
    UnreadableException.throwIfAny(StatsRights.of(jdbc).againstArchiveStatus());
    return jdbc
        .query(
            """
            SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false),
                   (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')
            FROM pg_stat_archiver
            WHERE current_setting('archive_mode') <> 'off'
            """,
            (rs, row) -> new Archive(rs.getBoolean(1), rs.getLong(2)))
        .stream()
        .findFirst()
        .flatMap(archive -> judge(archive, policy.wal().archiveBacklog()));
  }

  static Optional<String> judge(Archive archive, int limit) {
    if (archive.files() > limit) {
      return Optional.of(
          "%d files of WAL wait to be archived > %d".formatted(archive.files(), limit));
    }
    return archive.failing() && archive.files() > 0
        ? Optional.of(
            "the archive takes no WAL, the last attempt failed (%d files wait)"
                .formatted(archive.files()))
        : Optional.empty();
  }
}
