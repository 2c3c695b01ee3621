package dev.sluice.backfill;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The definition's own change. */
final class ForwardWork extends TableWork {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;

  ForwardWork(
      DataSource dataSource,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      WriteTarget target) {
    super(target, migration.change().writtenColumns());
    this.dataSource = dataSource;
    this.migration = migration;
    this.transformer = transformer;
  }

  @Override
  public Direction direction() {
    return Direction.FORWARD;
  }

  @Override
  public RowChange<?, ?> change() {
    Change change = migration.change();
    if (change instanceof Change.SetExpressions set) {
      return new SetChange(dataSource, target(), set.expressions(), lock());
    }
    if (change instanceof Change.Transform transform && transformer != null) {
      return new TransformChange(dataSource, target(), transform, transformer, lock());
    }
    throw new IllegalStateException("no way to apply " + change);
  }

  @Override
  public UnchangedRowsException unchanged(List<Key> keys, int count) {
    String guard = migration.guard();
    return guard == null
        ? UnchangedRowsException.prevented(migration, keys, count)
        : UnchangedRowsException.underGuard(migration, guard, keys, count);
  }

  @Override
  public RowRefusedException refused(Key key, RowFault fault) {
    return new RowRefusedException(migration, key, fault);
  }
}
