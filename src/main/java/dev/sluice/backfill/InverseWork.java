package dev.sluice.backfill;

import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.Undo;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableKey;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * {@code undo: {sql: …}}: the way back as expressions, over the rows that the guard no longer
 * covers, until it covers every one again.
 */
final class InverseWork extends TableWork {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final Undo.Inverse inverse;

  /**
   * @param guard the definition's
   */
  InverseWork(
      DataSource dataSource,
      DataMigration migration,
      Undo.Inverse inverse,
      Table table,
      String guard) {
    super(
        new WriteTarget(
            table,
            TableKey.of(table, migration.key()),
            "(%s\n) IS NOT TRUE".formatted(guard),
            null,
            null),
        List.<Identifier>copyOf(inverse.expressions().keySet()));
    this.dataSource = dataSource;
    this.migration = migration;
    this.inverse = inverse;
  }

  @Override
  public Direction direction() {
    return Direction.BACK;
  }

  @Override
  public RowChange<?, ?> change() {
    return new SetChange(dataSource, target(), inverse.expressions(), Map.of(), lock());
  }

  @Override
  public UnchangedRowsException unchanged(List<Key> keys, int count) {
    return UnchangedRowsException.notInverted(migration, keys, count);
  }

  @Override
  public RowRefusedException refused(Key key, RowFault fault) {
    return RowRefusedException.onTheWayBack(migration, key, fault);
  }
}
