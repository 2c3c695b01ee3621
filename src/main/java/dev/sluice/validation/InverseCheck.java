package dev.sluice.validation;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * {@code undo: {sql: …}} takes every row back that is outside the guard, and cannot tell those that
 * never were under it. So there must be none when the run begins. Reads only, in key windows.
 */
public final class InverseCheck {

  private static final Duration WINDOW_MAX = Duration.ofMinutes(1);

  private final DataSource dataSource;
  private final Waiter waiter;

  public InverseCheck(DataSource dataSource, Waiter waiter) {
    this.dataSource = dataSource;
    this.waiter = waiter;
  }

  /**
   * To be asked after expand and before the first row of a run has changed.
   *
   * @throws Waiter.StoppedException if an operator asks to stop
   */
  public List<String> refusals(DataMigration migration, Table table) {
    if (!(migration.undo() instanceof Undo.Inverse)) {
      return List.of();
    }
    Windows windows =
        new Windows(
            new Inspection(dataSource, WINDOW_MAX), TableKey.of(table, migration.key()), waiter);
    Windows.Matches outside =
        windows.count("(%s\n) IS NOT TRUE".formatted(migration.guardOrTrue()));
    return outside.rows() == 0
        ? List.of()
        : List.of(
            "%d rows of %s are outside the guard before the run, keys %s: a rollback by undo.sql would change them too, though the run never did. Write undo: journal."
                .formatted(
                    outside.rows(), table.name(), Evidence.listed(outside.keys(), outside.rows())));
  }
}
