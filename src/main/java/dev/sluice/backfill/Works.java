package dev.sluice.backfill;

import dev.sluice.control.Quarantine;
import dev.sluice.control.QuarantineConditions;
import dev.sluice.control.UndoMethod;
import dev.sluice.control.UndoPlans;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Sync;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Catalog;
import dev.sluice.postgres.JournalTable;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import dev.sluice.sync.SyncDefaults;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Makes the work of a run, forth or back, from the definition and the catalog of this moment. */
final class Works {

  private final DataSource dataSource;
  private final JdbcTemplate jdbc;
  private final DataMigration migration;
  private final long run;

  Works(DataSource dataSource, DataMigration migration, long run) {
    this.dataSource = dataSource;
    this.jdbc = new JdbcTemplate(dataSource);
    this.migration = migration;
    this.run = run;
  }

  /**
   * @param withSetAside also the rows that stand in quarantine
   */
  Work forward(@Nullable RowTransformer transformer, boolean withSetAside) {
    Table table = table();
    WriteTarget target = target(table);
    return new ForwardWork(
        dataSource,
        migration,
        transformer,
        withSetAside ? target : target.without(notSetAside(target.key())),
        given(table),
        SameRowCount.isAsked(jdbc, migration, run));
  }

  /**
   * In a column that expand has added there is no value but the trigger's and the application's.
   * One that the guard does not ask for may be there although the row is under the guard: the
   * application has set its neighbour to NULL, or has given this one alone. A column from before
   * holds what is to be replaced, and so does one that is changed in place.
   */
  private Map<Identifier, String> given(Table table) {
    Set<Identifier> before =
        Set.copyOf(plan().map(UndoPlans.UndoPlan::columnsBefore).orElse(names(table)));
    List<Identifier> added =
        migration.change().writtenColumns().stream().filter(c -> !before.contains(c)).toList();
    Map<Identifier, String> given = new LinkedHashMap<>();
    if (!added.isEmpty() && migration.sync() instanceof Sync.Trigger) {
      SyncDefaults.given(jdbc, migration.id(), table, added)
          .forEach((column, sql) -> given.put(column, UserSql.forJdbc(sql)));
    }
    return given;
  }

  private static List<Identifier> names(Table table) {
    return table.columns().stream().map(Table.Column::name).toList();
  }

  /**
   * Rows by the log of captured keys: the guard does not say which.
   *
   * @param withSetAside also the rows that stand in quarantine
   */
  CaptureWork captured(@Nullable RowTransformer transformer, boolean withSetAside) {
    return new CaptureWork(
        dataSource,
        migration,
        transformer,
        target(table(), "TRUE"),
        new CaptureWork.Settings(
            new Quarantine(jdbc, migration.id(), run),
            maySetAside(),
            withSetAside,
            SameRowCount.isAsked(jdbc, migration, run)));
  }

  /** What a run forth writes, the rows included that stand in quarantine. */
  WriteTarget target(Table table) {
    return target(table, migration.guard());
  }

  private WriteTarget target(Table table, @Nullable String guard) {
    TableKey key = TableKey.of(table, migration.key());
    // a run that began before there were plans has none, and goes on as it began
    boolean journaled = plan().isPresent() && method() == UndoMethod.JOURNAL;
    return new WriteTarget(table, key, guard, journaled ? journal(key) : null, null);
  }

  /** Null: nothing is set aside, and nothing will be, so that looking costs nothing. */
  private @Nullable String notSetAside(TableKey key) {
    return maySetAside() ? new QuarantineConditions(migration.id(), run).excludes(key) : null;
  }

  private boolean maySetAside() {
    return migration.tuning().skip() > 0 || new Quarantine(jdbc, migration.id(), run).count() > 0;
  }

  Work back() {
    Table table = table();
    return switch (method()) {
      case JOURNAL -> {
        JournalTable journal = journal(TableKey.of(table, migration.key()));
        yield new RestoreWork(dataSource, migration, run, table, journal);
      }
      case SQL -> inverse(table);
      case SCHEMA, NONE ->
          throw new IllegalStateException("no row of " + migration.id() + " is put back");
    };
  }

  private Work inverse(Table table) {
    String guard = migration.guard();
    if (guard != null && migration.undo() instanceof Undo.Inverse inverse) {
      return new InverseWork(dataSource, migration, inverse, table, guard);
    }
    throw new IllegalStateException(migration.id() + " has no guard and undo.sql to go back by");
  }

  private JournalTable journal(TableKey key) {
    return JournalTable.of(migration.id(), key, migration.change().writtenColumns());
  }

  private Optional<UndoPlans.UndoPlan> plan() {
    return new UndoPlans(jdbc).find(migration.id(), run);
  }

  private UndoMethod method() {
    UndoMethod method = plan().flatMap(UndoPlans.UndoPlan::method).orElse(null);
    if (method == null) {
      throw new IllegalStateException(migration.id() + ": expand has not decided how to undo");
    }
    return method;
  }

  private Table table() {
    return new Catalog(jdbc).require(migration.table());
  }
}
