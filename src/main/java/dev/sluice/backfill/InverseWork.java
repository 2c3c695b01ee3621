package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.List;
import javax.sql.DataSource;

/**
 * {@code undo: {sql: …}}: the way back as expressions, over the rows that the guard no longer
 * covers, until it covers every one again.
 */
final class InverseWork implements Work {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final Undo.Inverse inverse;
  private final WriteTarget target;
  private final RowLock lock;

  /**
   * @param guard the definition's
   */
  InverseWork(
      DataSource dataSource,
      DataMigration migration,
      Undo.Inverse inverse,
      Table table,
      String guard) {
    this.dataSource = dataSource;
    this.migration = migration;
    this.inverse = inverse;
    TableKey key = TableKey.of(table, migration.key());
    this.target = new WriteTarget(table, key, "(%s\n) IS NOT TRUE".formatted(guard), null);
    this.lock = RowLock.forWriting(table, List.<Identifier>copyOf(inverse.expressions().keySet()));
  }

  @Override
  public Direction direction() {
    return Direction.BACK;
  }

  @Override
  public TableKey walked() {
    return target.key();
  }

  @Override
  public String condition() {
    return target.condition();
  }

  @Override
  public TableKey written() {
    return target.key();
  }

  @Override
  public boolean stridesHelp() {
    return Strides.help(target.table(), List.copyOf(inverse.expressions().keySet()));
  }

  @Override
  public RowChange<?, ?> change() {
    return new SetChange(dataSource, target, inverse.expressions(), lock);
  }

  @Override
  public UnchangedRowsException unchanged(List<Key> keys, int count) {
    return UnchangedRowsException.notInverted(migration, keys, count);
  }
}
