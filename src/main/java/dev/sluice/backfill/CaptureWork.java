package dev.sluice.backfill;

import dev.sluice.control.Quarantine;
import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.TableKey;
import dev.sluice.postgres.UserSql;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The rows that the application has changed since: the log of their keys is walked, however large
 * the table is.
 *
 * <p>There is no position in the log that is kept: a lower entry may be committed later. What is
 * done is gone from it.
 */
final class CaptureWork implements Work {

  private final DataMigration migration;
  private final WriteTarget target;
  private final CaptureTable log;
  private final JdbcTemplate jdbc;
  private final RowChange<?, ?> change;
  private final String condition;

  /**
   * What else decides which entries are done, and how.
   *
   * @param maySetAside false: no row is in quarantine, and none will be
   * @param withSetAside also entries of rows that are
   * @param keepsRowCount whether each chunk must leave the number of rows as it is
   */
  record Settings(
      Quarantine quarantine, boolean maySetAside, boolean withSetAside, boolean keepsRowCount) {}

  /**
   * @param transformer of a {@code transform:}; null for expressions
   * @param target every row; the log says which
   */
  CaptureWork(
      DataSource dataSource,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      WriteTarget target,
      Settings settings) {
    this.migration = migration;
    this.target = target;
    this.jdbc = new JdbcTemplate(dataSource);
    this.log = CaptureTable.of(migration.id(), target.key());
    Change definition = migration.change();
    this.condition =
        settings.maySetAside() && !settings.withSetAside()
            ? settings.quarantine().conditions().excludesEntries(log)
            : "TRUE";
    TransformWriter.Statements statements = statements(definition, target);
    CapturePage rows =
        new CapturePage(
            dataSource,
            log,
            target.table(),
            definition.writtenColumns(),
            definition instanceof Change.Transform transform ? transform.read() : List.of(),
            migration.guardOrTrue(),
            condition);
    CaptureChange captured =
        new CaptureChange(
            rows.reader(dataSource),
            transformer,
            skipLocked ->
                new CaptureWriter(
                    dataSource,
                    log,
                    new TransformWriter(dataSource, statements, skipLocked),
                    migration.guard(),
                    settings.maySetAside() ? settings.quarantine() : null));
    this.change =
        settings.keepsRowCount()
            ? new SameRowCount<>(captured, migration, target.table(), dataSource)
            : captured;
  }

  private static TransformWriter.Statements statements(Change change, WriteTarget target) {
    RowLock lock = RowLock.forWriting(target.table(), change.writtenColumns());
    return change instanceof Change.SetExpressions set
        ? TransformWriter.Statements.ofExpressions(target, set.expressions(), lock)
        : new TransformWriter.Statements(target, change.writtenColumns(), lock);
  }

  @Override
  public Direction direction() {
    return Direction.FORWARD;
  }

  @Override
  public TableKey walked() {
    return log.walked();
  }

  @Override
  public String condition() {
    return condition;
  }

  @Override
  public TableKey written() {
    return target.key();
  }

  @Override
  public boolean stridesHelp() {
    return false;
  }

  @Override
  public RowChange<?, ?> change() {
    return change;
  }

  @Override
  public UnchangedRowsException unchanged(List<Key> keys, int count) {
    List<Key> rows = rows(keys);
    String guard = migration.guard();
    List<Key> underGuard = guard == null ? List.of() : underGuard(rows, guard);
    return guard == null || underGuard.isEmpty()
        ? UnchangedRowsException.prevented(migration, rows, count)
        : UnchangedRowsException.underGuard(migration, guard, underGuard, count);
  }

  @Override
  public RowRefusedException refused(Key entry, RowFault fault) {
    return new RowRefusedException(
        migration, rows(List.of(entry)).stream().findFirst().orElse(entry), fault);
  }

  private List<Key> underGuard(List<Key> rows, String guard) {
    String sql =
        "SELECT %s FROM %s WHERE %s AND (%s\n) ORDER BY %s"
            .formatted(
                written().textColumnList(),
                written().table().quoted(),
                written().isOneOf(),
                UserSql.forJdbc(guard),
                written().columnList());
    return written().select(jdbc, sql, rows, written());
  }

  /** The keys of the rows that these entries are of. */
  @Override
  public List<Key> rows(List<Key> entries) {
    TableKey logged = new TableKey(log.name(), log.key().columns());
    String sql =
        "SELECT %s FROM %s WHERE %s ORDER BY %s"
            .formatted(
                logged.textColumnList(),
                log.name().quoted(),
                log.walked().isOneOf(),
                CaptureTable.SEQ);
    return log.walked().select(jdbc, sql, entries, logged);
  }

  /** The entries of a row, in their order. */
  List<Key> entriesOf(Key row) {
    TableKey logged = new TableKey(log.name(), log.key().columns());
    String sql =
        "SELECT %s FROM %s WHERE %s ORDER BY %s"
            .formatted(
                log.walked().textColumnList(),
                log.name().quoted(),
                logged.isOneOf(),
                CaptureTable.SEQ);
    return logged.select(jdbc, sql, List.of(row), log.walked());
  }
}
