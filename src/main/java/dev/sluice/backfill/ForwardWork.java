package dev.sluice.backfill;

import dev.sluice.migration.Change;
import dev.sluice.migration.DataMigration;
import dev.sluice.migration.Identifier;
import dev.sluice.migration.RowTransformer;
import dev.sluice.migration.Sync;
import dev.sluice.postgres.Key;
import dev.sluice.postgres.RowFault;
import dev.sluice.sync.CaptureTable;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The definition's own change. */
final class ForwardWork extends TableWork {

  private final DataSource dataSource;
  private final DataMigration migration;
  private final @Nullable RowTransformer transformer;
  private final Map<Identifier, String> given;
  private final boolean keepsRowCount;

  /**
   * @param given by column, SQL for whether the row's value is the application's, and stays
   * @param keepsRowCount whether each chunk must leave the number of rows as it is
   */
  ForwardWork(
      DataSource dataSource,
      DataMigration migration,
      @Nullable RowTransformer transformer,
      WriteTarget target,
      Map<Identifier, String> given,
      boolean keepsRowCount) {
    super(target, migration.change().writtenColumns());
    this.given = Map.copyOf(given);
    this.keepsRowCount = keepsRowCount;
    this.dataSource = dataSource;
    this.migration = migration;
    this.transformer = transformer;
  }

  @Override
  public Direction direction() {
    return Direction.FORWARD;
  }

  /**
   * Not those that are captured, which the application may insert for ever: the log is swept for
   * them.
   */
  @Override
  public String left() {
    return migration.sync() instanceof Sync.Capture
        ? "(%s\n) AND %s"
            .formatted(condition(), CaptureTable.of(migration.id(), target().key()).notWaiting())
        : condition();
  }

  @Override
  public RowChange<?, ?> change() {
    RowChange<?, ?> change = rowChange();
    return keepsRowCount
        ? new SameRowCount<>(change, migration, target().table(), dataSource)
        : change;
  }

  private RowChange<?, ?> rowChange() {
    Change change = migration.change();
    if (change instanceof Change.SetExpressions set) {
      return new SetChange(dataSource, target(), set.expressions(), given, lock());
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
