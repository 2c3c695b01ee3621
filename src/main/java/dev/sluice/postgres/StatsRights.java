package dev.sluice.postgres;

import dev.sluice.migration.Identifier;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * What the role may see of the server's other sessions, of its standbys and of its archive. To a
 * role without the right PostgreSQL shows NULLs, which must not pass for "nothing is wrong".
 *
 * @param allStats whether it sees what other roles' sessions do, and the standbys
 * @param archiveStatus whether it may count the files of WAL that wait for the archive
 */
public record StatsRights(String role, boolean allStats, boolean archiveStatus) {

  /** Reads the catalog, takes no lock. */
  public static StatsRights of(JdbcOperations jdbc) {
    return jdbc.query(
            """
            SELECT current_user,
                   pg_has_role('pg_read_all_stats', 'USAGE'),
                   has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE')
            """,
            (rs, row) -> new StatsRights(rs.getString(1), rs.getBoolean(2), rs.getBoolean(3)))
        .get(0);
  }

  /** Why it cannot tell about other sessions and standbys, and the way out; empty: it can. */
  public Optional<String> againstAllStats() {
    return allStats
        ? Optional.empty()
        : Optional.of(
            "role '%s' may not see other roles' sessions and standbys. %s"
                .formatted(role, grant()));
  }

  /** Why it cannot tell about the archive, and the way out; empty: it can. */
  public Optional<String> againstArchiveStatus() {
    return archiveStatus
        ? Optional.empty()
        : Optional.of(
            "role '%s' may not see what waits for the archive. %s".formatted(role, grant()));
  }

  private String grant() {
    return "GRANT pg_monitor TO %s;".formatted(new Identifier(role).quoted());
  }
}
