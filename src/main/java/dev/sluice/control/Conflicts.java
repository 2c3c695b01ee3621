package dev.sluice.control;

import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/** The table of rows that a rollback left as they are: the application has written them since. */
public final class Conflicts {

  private final JdbcOperations jdbc;

  public Conflicts(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  public long count(MigrationId id, long run) {
    Long count =
        jdbc.queryForObject(
            "SELECT count(*) FROM sluice.conflict WHERE migration_id = ? AND run = ?",
            Long.class,
            id.value(),
            run);
    return count == null ? 0 : count;
  }

  /**
   * The keys of the first ones in the order of their texts, each as {@code 17} or {@code 17, eu}.
   */
  public List<String> keys(MigrationId id, long run, int limit) {
    return jdbc.query(
        """
        SELECT key
        FROM sluice.conflict
        WHERE migration_id = ?
          AND run = ?
        ORDER BY length(array_to_string(key, ', ')), key
        LIMIT ?
        """,
        (rs, row) -> key(rs),
        id.value(),
        run,
        limit);
  }

  private static String key(ResultSet rs) throws SQLException {
    return String.join(", ", (String[]) rs.getArray("key").getArray());
  }
}
