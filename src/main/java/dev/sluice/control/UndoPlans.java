package dev.sluice.control;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The table of how each run can be taken back. */
public final class UndoPlans {

  private final JdbcOperations jdbc;

  /**
   * How one run can be taken back.
   *
   * @param columnsBefore the table's columns before expand did anything
   * @param decision null: expand is not over
   */
  public record UndoPlan(List<Identifier> columnsBefore, @Nullable Decision decision) {
    public UndoPlan {
      columnsBefore = List.copyOf(columnsBefore);
    }

    public Optional<UndoMethod> method() {
      return Optional.ofNullable(decision).map(Decision::method);
    }
  }

  /**
   * What was decided when expand was over, and holds for the whole run.
   *
   * @param written the columns that are put back
   * @param guarded whether the definition has a guard, or the journal is it
   */
  public record Decision(UndoMethod method, List<Identifier> written, boolean guarded) {
    public Decision {
      written = List.copyOf(written);
    }

    @Override
    public String toString() {
      return "undo by %s of %s, %s guard"
          .formatted(
              method.label(),
              written.stream().map(Identifier::value).collect(Collectors.joining(", ")),
              guarded ? "with a" : "without a");
    }
  }

  public UndoPlans(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * Notes the columns before expand. Once {@code expand.up.sql} has begun a launch finds what an
   * earlier one noted; until then somebody may still change the table, and the last launch is
   * right.
   */
  public void begin(MigrationId id, long run, List<Identifier> columnsBefore, boolean begun) {
    jdbc.update(
        """
        INSERT INTO sluice.undo (migration_id, run, columns_before)
        VALUES (?, ?, ?)
        ON CONFLICT (migration_id, run) DO UPDATE
        SET columns_before = excluded.columns_before
        WHERE NOT ?
        """,
        id.value(),
        run,
        names(columnsBefore),
        begun);
  }

  /** Notes that every row is back and that the undo journal may go. May run twice. */
  public void restored(MigrationId id, long run) {
    jdbc.update(
        """
        UPDATE sluice.undo
        SET restored_at = coalesce(restored_at, now())
        WHERE migration_id = ?
          AND run = ?
        """,
        id.value(),
        run);
  }

  /** By way of JSON: a dry run may look at the table of an older program, without that column. */
  public boolean isRestored(MigrationId id, long run) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (SELECT
                           FROM sluice.undo AS plan
                           WHERE migration_id = ?
                             AND run = ?
                             AND to_jsonb(plan) ->> 'restored_at' IS NOT NULL)
            """,
            Boolean.class,
            id.value(),
            run));
  }

  private static String[] names(List<Identifier> columns) {
    return columns.stream().map(Identifier::value).toArray(String[]::new);
  }

  /** Notes the decision; the first one stays. */
  public void decide(MigrationId id, long run, Decision decision) {
    jdbc.update(
        """
        UPDATE sluice.undo
        SET method = ?,
            written = ?,
            guarded = ?
        WHERE migration_id = ?
          AND run = ?
          AND method IS NULL
        """,
        decision.method().label(),
        names(decision.written()),
        decision.guarded(),
        id.value(),
        run);
  }

  public Optional<UndoPlan> find(MigrationId id, long run) {
    return jdbc
        .query(
            """
            SELECT columns_before, method, written, guarded
            FROM sluice.undo
            WHERE migration_id = ?
              AND run = ?
            """,
            (rs, row) -> plan(rs),
            id.value(),
            run)
        .stream()
        .findFirst();
  }

  private static UndoPlan plan(ResultSet rs) throws SQLException {
    String method = rs.getString("method");
    return new UndoPlan(
        identifiers(rs, "columns_before"),
        method == null
            ? null
            : new Decision(
                UndoMethod.ofLabel(method), identifiers(rs, "written"), rs.getBoolean("guarded")));
  }

  private static List<Identifier> identifiers(ResultSet rs, String column) throws SQLException {
    return Arrays.stream((String[]) rs.getArray(column).getArray()).map(Identifier::new).toList();
  }
}
