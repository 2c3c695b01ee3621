package dev.sluice.control;

import dev.sluice.migration.Identifier;
import dev.sluice.migration.MigrationId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** The table of how each run can be taken back. */
public final class UndoPlans {

  private final JdbcOperations jdbc;

  /**
   * How one run can be taken back.
   *
   * @param columnsBefore the table's columns before expand first ran
   * @param method null: expand is not over
   */
  public record UndoPlan(List<Identifier> columnsBefore, @Nullable UndoMethod method) {
    public UndoPlan {
      columnsBefore = List.copyOf(columnsBefore);
    }

    public Optional<UndoMethod> decided() {
      return Optional.ofNullable(method);
    }
  }

  public UndoPlans(JdbcOperations jdbc) {
    this.jdbc = jdbc;
  }

  /** Notes the columns before expand. A second launch finds what the first one noted. */
  public void begin(MigrationId id, long run, List<Identifier> columnsBefore) {
    jdbc.update(
        """
        INSERT INTO sluice.undo (migration_id, run, columns_before)
        VALUES (?, ?, ?)
        ON CONFLICT (migration_id, run) DO NOTHING
        """,
        id.value(),
        run,
        columnsBefore.stream().map(Identifier::value).toArray(String[]::new));
  }

  /** Notes the decision; the first one stays. */
  public void decide(MigrationId id, long run, UndoMethod method) {
    jdbc.update(
        """
        UPDATE sluice.undo
        SET method = ?
        WHERE migration_id = ?
          AND run = ?
          AND method IS NULL
        """,
        method.label(),
        id.value(),
        run);
  }

  public Optional<UndoPlan> find(MigrationId id, long run) {
    return jdbc
        .query(
            """
            SELECT columns_before, method
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
    String[] columns = (String[]) rs.getArray("columns_before").getArray();
    String method = rs.getString("method");
    return new UndoPlan(
        Arrays.stream(columns).map(Identifier::new).toList(),
        method == null ? null : UndoMethod.ofLabel(method));
  }
}
