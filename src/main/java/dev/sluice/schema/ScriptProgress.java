package dev.sluice.schema;

import dev.sluice.migration.MigrationId;
import dev.sluice.migration.Script;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * How far a file got: its row of {@code sluice.script}.
 *
 * <p>The row of an {@code up} says that there is something to take back, and goes when its {@code
 * down} is completed. The row of a {@code down} goes as soon as the {@code up} has done something
 * again: from then on it must run again, from its first statement. Every statement here takes ROW
 * EXCLUSIVE on that table and one row of it, which only runners of the same migration want.
 */
final class ScriptProgress {

  /**
   * @param done steps
   * @param digest over those steps
   * @param attempting digest of a step that may have happened; null: none
   */
  record State(int done, boolean completed, String digest, @Nullable String attempting) {}

  private final JdbcOperations jdbc;
  private final String id;
  private final String kind;
  private final String opposite;
  private final boolean down;

  ScriptProgress(JdbcOperations jdbc, MigrationId id, Script.Kind kind) {
    this.jdbc = jdbc;
    this.id = id.value();
    this.kind = kind.fileName();
    this.opposite = kind.opposite().fileName();
    this.down = kind.isDown();
  }

  /** Makes the row if there is none. May run twice: the second time it changes nothing. */
  State open() {
    jdbc.update(
        """
        INSERT INTO sluice.script (migration_id, kind, statements_done, done_digest)
        VALUES (?, ?, 0, ?)
        ON CONFLICT DO NOTHING
        """,
        id,
        kind,
        digest(List.of()));
    return find().orElseThrow(this::noRow);
  }

  /** Empty: no run of it has begun, or it was taken back. */
  Optional<State> find() {
    return state(kind, "");
  }

  /**
   * Writes down that these steps are done, which were done elsewhere. What the opposite did is
   * undone. May run twice.
   */
  void assumeDone(List<Step> steps) {
    jdbc.update(
        """
        WITH forgotten AS (
          DELETE FROM sluice.script
          WHERE migration_id = ?
            AND kind = ?
        )
        INSERT INTO sluice.script (migration_id, kind, statements_done, done_digest, completed)
        VALUES (?, ?, ?, ?, true)
        ON CONFLICT (migration_id, kind) DO UPDATE
        SET statements_done = excluded.statements_done, done_digest = excluded.done_digest,
            attempting = NULL, completed = true, updated_at = now()
        """,
        id,
        opposite,
        id,
        kind,
        steps.size(),
        digest(steps));
  }

  /** Whether a statement was ever tried. */
  boolean hasBegun() {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT
                           FROM sluice.script
                           WHERE migration_id = ?
                             AND kind = ?
                             AND (statements_done > 0 OR attempting IS NOT NULL))
            """,
            Boolean.class,
            id,
            kind));
  }

  /** In the transaction of the steps to come: nobody else can do them as well. */
  State lock() {
    return state(kind, "FOR UPDATE").orElseThrow(this::noRow);
  }

  /** How far the file got that does the contrary. Empty: it has never run since. */
  Optional<State> opposite() {
    return state(opposite, "");
  }

  private IllegalStateException noRow() {
    return new IllegalStateException("no row in sluice.script for " + id);
  }

  private Optional<State> state(String kind, String locking) {
    return jdbc
        .query(
            """
            SELECT statements_done, completed, done_digest, attempting
            FROM sluice.script
            WHERE migration_id = ?
              AND kind = ?
            """
                + locking,
            (rs, row) ->
                new State(
                    rs.getInt("statements_done"),
                    rs.getBoolean("completed"),
                    rs.getString("done_digest"),
                    rs.getString("attempting")),
            id,
            kind)
        .stream()
        .findFirst();
  }

  /** In the transaction of the steps it counts. */
  void advance(List<Step> done) {
    jdbc.update(
        """
        WITH forgotten AS (
          DELETE FROM sluice.script
          WHERE migration_id = ?
            AND kind = ?
            AND NOT ?
        )
        UPDATE sluice.script
        SET statements_done = ?, done_digest = ?, attempting = NULL, updated_at = now()
        WHERE migration_id = ?
          AND kind = ?
        """,
        id,
        opposite,
        down,
        done.size(),
        digest(done),
        id,
        kind);
  }

  /** When every step is done. What the opposite did is undone, so that it can be done again. */
  void complete() {
    jdbc.update(
        """
        WITH forgotten AS (
          DELETE FROM sluice.script
          WHERE migration_id = ?
            AND kind = ?
        )
        UPDATE sluice.script
        SET completed = true, updated_at = now()
        WHERE migration_id = ?
          AND kind = ?
        """,
        id,
        opposite,
        id,
        kind);
  }

  /**
   * Before a step that no transaction covers: writes that it may happen from now on.
   *
   * @return whether it may have happened already, in an attempt that nobody heard the end of
   */
  boolean attempt(Step step) {
    String digest = digest(List.of(step));
    @Nullable String attempting =
        jdbc.queryForObject(
            """
            SELECT attempting
            FROM sluice.script
            WHERE migration_id = ?
              AND kind = ?
            """,
            String.class,
            id,
            kind);
    setAttempting(digest);
    return digest.equals(attempting);
  }

  /** PostgreSQL has said that the step did not happen. */
  void forgetAttempt() {
    setAttempting(null);
  }

  private void setAttempting(@Nullable String digest) {
    jdbc.update(
        """
        UPDATE sluice.script
        SET attempting = ?, updated_at = now()
        WHERE migration_id = ?
          AND kind = ?
        """,
        digest,
        id,
        kind);
  }

  /** Tells whether the steps are still those that were counted. */
  static String digest(List<Step> steps) {
    return SqlNames.sha256(String.join("\0", steps.stream().map(Step::sql).toList()));
  }
}
