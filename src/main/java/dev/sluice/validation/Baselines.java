package dev.sluice.validation;

import dev.sluice.migration.Check;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.MigrationId;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.ServerError;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Captures baselines, once a run, and finds them again. Thread-safe. */
public final class Baselines {

  /** Of a window of {@value Windows#ROWS} index entries. */
  private static final Duration WINDOW_MAX = Duration.ofMinutes(1);

  private final JdbcTemplate jdbc;
  private final Inspection inspection;
  private final Waiter waiter;

  public Baselines(DataSource dataSource, Waiter waiter) {
    this.jdbc = new JdbcTemplate(dataSource);
    this.inspection = new Inspection(dataSource, WINDOW_MAX);
    this.waiter = waiter;
  }

  public Optional<Baseline> find(MigrationId id, long run) {
    return jdbc
        .query(
            """
            SELECT rows_total, exact, rows_to_do, captured_at
            FROM sluice.baseline
            WHERE migration_id = ?
              AND run = ?
            """,
            (rs, row) ->
                new Baseline(
                    rs.getLong("rows_total"),
                    rs.getBoolean("exact"),
                    rs.getLong("rows_to_do"),
                    rs.getObject("captured_at", OffsetDateTime.class).toInstant()),
            id.value(),
            run)
        .stream()
        .findFirst();
  }

  /**
   * Captures it, unless this run has one already. Counts, in key windows, only if the definition
   * checks the row count.
   *
   * @throws IllegalArgumentException if the table or its key is missing: preflight refuses that
   * @throws Waiter.StoppedException if an operator asks to stop
   */
  public Baseline capture(DataMigration migration, long run) {
    Optional<Baseline> captured = find(migration.id(), run);
    return captured.isPresent() ? captured.get() : captureNow(migration, run);
  }

  private Baseline captureNow(DataMigration migration, long run) {
    Table table = table(migration);
    boolean exact =
        migration.checks().after().stream().anyMatch(Check.RowCountUnchanged.class::isInstance);
    long total =
        exact
            ? new Windows(inspection, TableKey.of(table, migration.key()), waiter)
                .count("TRUE")
                .rows()
            : inspection.read(read -> RowEstimate.of(read, table.name(), "TRUE"));
    // may run twice: the first one counts, because only it is sure to be before the first change
    jdbc.update(
        """
        INSERT INTO sluice.baseline (migration_id, run, rows_total, exact, rows_to_do)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        migration.id().value(),
        run,
        total,
        exact,
        rowsToDo(migration, total));
    return find(migration.id(), run).orElseThrow();
  }

  private Table table(DataMigration migration) {
    return new Catalog(jdbc)
        .find(migration.table())
        .orElseThrow(() -> new IllegalArgumentException("there is no table " + migration.table()));
  }

  /** Every row, if the guard asks for a column that expand.up.sql has yet to add. */
  private long rowsToDo(DataMigration migration, long total) {
    try {
      return RowsToDo.of(inspection, migration);
    } catch (DataAccessException e) {
      if (ServerError.of(e)
          .filter(error -> error.sqlState().equals(ServerError.UNDEFINED_COLUMN))
          .isPresent()) {
        return total;
      }
      throw e;
    }
  }
}
