package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.TableName;
import dev.sluice.postgres.ExpressionFacts;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/** How many rows are under a migration's guard before the first is changed: an estimate. */
final class RowsToDo {

  private RowsToDo() {}

  /**
   * The planner's estimate; every row where it would guess, as it has no statistics of a column
   * that the guard names. Of one that was added a moment ago it takes 1 row in 200 to be NULL.
   * (DEFAULT_UNK_SEL in PostgreSQL's selfuncs.h)
   *
   * @throws org.springframework.dao.DataAccessException if the guard is wrong, or a column of it is
   *     not there yet
   */
  static long of(Inspection inspection, DataMigration migration) {
    TableName table = migration.table();
    String guard = migration.guardOrTrue();
    boolean guesses =
        ExpressionNotes.facts(inspection, table, guard)
            .map(ExpressionFacts::sourceColumns)
            .filter(columns -> inspection.read(read -> lacksStatistics(read, table, columns)))
            .isPresent();
    return inspection.read(read -> RowEstimate.of(read, table, guesses ? "TRUE" : guard));
  }

  private static boolean lacksStatistics(
      JdbcOperations jdbc, TableName table, List<Identifier> columns) {
    return Boolean.TRUE.equals(
        jdbc.queryForObject(
            """
            SELECT EXISTS (
              SELECT
              FROM unnest(CAST(? AS text[])) AS named(attname)
              WHERE NOT EXISTS (SELECT
                                FROM pg_stats s
                                JOIN pg_class c ON c.oid = to_regclass(?)
                                JOIN pg_namespace n ON n.oid = c.relnamespace
                                WHERE s.schemaname = n.nspname
                                  AND s.tablename = c.relname
                                  AND s.attname = named.attname))
            """,
            Boolean.class,
            columns.stream().map(Identifier::value).toArray(String[]::new),
            table.quoted()));
  }
}
