package dev.sluice.backfill;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.CaptureTable;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.TableKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
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
  private final CaptureChange change;

  /**
   * @param transformer of a {@code transform:}; null for expressions
   * @param target every row; the log says which
   * @param guard the definition's
   */
  CaptureWork(
      DataSource dataSource,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      WriteTarget target,
      String guard) {
    this.migration = migration;
    this.target = target;
    this.jdbc = new JdbcTemplate(dataSource);
    this.log = CaptureTable.of(migration.id(), target.key());
    Change definition = migration.change();
    CapturedRows rows =
        new CapturedRows(
            dataSource,
            log,
            target.table(),
            definition.writtenColumns(),
            definition instanceof Change.Transform transform ? transform.read() : List.of(),
            guard);
    this.change =
        new CaptureChange(
            dataSource, log, rows.reader(dataSource), transformer, statements(definition, target));
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
    return "TRUE";
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
    return UnchangedRowsException.prevented(migration, rows(keys), count);
  }

  @Override
  public RowRefusedException refused(Key entry, RowFault fault) {
    return new RowRefusedException(
        migration, rows(List.of(entry)).stream().findFirst().orElse(entry), fault);
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
    List<Key> rows =
        jdbc.execute(
            (Connection connection) -> {
              try (PreparedStatement statement = connection.prepareStatement(sql)) {
                log.walked().bind(statement, entries, 1);
                List<Key> keys = new ArrayList<>();
                try (ResultSet rs = statement.executeQuery()) {
                  while (rs.next()) {
                    keys.add(logged.read(rs));
                  }
                }
                return keys;
              }
            });
    return rows == null ? List.of() : rows;
  }
}
