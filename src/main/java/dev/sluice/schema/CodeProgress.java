package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Whether code of a migration has run: a row of {@code sluice.script}, as for a file of one
 * statement, written in the transaction of the code itself.
 *
 * <p>Every statement here takes ROW EXCLUSIVE on that table and one row of it, which only runners
 * of the same migration want.
 */
final class CodeProgress {

  private final JdbcOperations jdbc;
  private final String id;

  CodeProgress(JdbcOperations jdbc, MigrationId id) {
    this.jdbc = jdbc;
    this.id = id.value();
  }

  /** Locks the row, so that nobody else can run the code as well. */
  boolean lockAndAskWhetherDone(Script.Kind kind) {
    jdbc.update(
        """
        INSERT INTO sluice.script (migration_id, kind, statements_done, done_digest)
        VALUES (?, ?, 0, '')
        ON CONFLICT DO NOTHING
        """,
        id,
        kind.fileName());
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT completed
            FROM sluice.script
            WHERE migration_id = ?
              AND kind = ?
            FOR UPDATE
            """,
            Boolean.class,
            id,
            kind.fileName()));
  }

  /** Also forgets the other direction, so that it can run again. */
  void done(Script.Kind kind) {
    jdbc.update(
        """
        WITH forgotten AS (
          DELETE FROM sluice.script
          WHERE migration_id = ?
            AND kind = ?
        )
        UPDATE sluice.script
        SET statements_done = 1, completed = true, updated_at = now()
        WHERE migration_id = ?
          AND kind = ?
        """,
        id,
        kind.opposite().fileName(),
        id,
        kind.fileName());
  }

  boolean isDone(Script.Kind kind) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT
                           FROM sluice.script
                           WHERE migration_id = ?
                             AND kind = ?
                             AND completed)
            """,
            Boolean.class,
            id,
            kind.fileName()));
  }
}
