package dev.sluice.backfill;

import dev.sluice.migration.Identifier;
import dev.sluice.postgres.TableKey;
import java.util.List;

/** Work that walks the migration's own table and writes the rows that it finds there. */
abstract class TableWork implements Work {

  private final WriteTarget target;
  private final List<Identifier> columns;
  private final RowLock lock;

  /**
   * @param columns that are written
   */
  TableWork(WriteTarget target, List<Identifier> columns) {
    this.target = target;
    this.columns = List.copyOf(columns);
    this.lock = RowLock.forWriting(target.table(), this.columns);
  }

  final WriteTarget target() {
    return target;
  }

  final RowLock lock() {
    return lock;
  }

  @Override
  public final TableKey walked() {
    return target.key();
  }

  @Override
  public final String condition() {
    return target.toDo();
  }

  @Override
  public final TableKey written() {
    return target.key();
  }

  @Override
  public final boolean stridesHelp() {
    return Strides.help(target.table(), columns);
  }
}
