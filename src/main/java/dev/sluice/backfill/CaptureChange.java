package dev.sluice.backfill;

import dev.sluice.migration.RowTransformer;
import dev.sluice.postgres.CaptureTable;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ItemProcessor;

/**
 * Computes captured rows anew and takes their entries out of the log, in one transaction.
 *
 * <p>Rows are read with their version and written where it is still the same, expressions too: one
 * that the application changed meanwhile keeps its entries, the older and the newer, for the next
 * round.
 */
final class CaptureChange implements RowChange<CapturedEntry, CaptureChange.Decided> {

  /**
   * What becomes of an entry.
   *
   * @param row what to write first; null: nothing
   */
  record Decided(CapturedEntry entry, TransformChange.@Nullable Computed row) {}

  private final DataSource dataSource;
  private final CaptureTable log;
  private final PageReader<CapturedEntry> reader;
  private final @Nullable RowTransformer transformer;
  private final TransformWriter.Statements statements;

  /**
   * @param transformer null: the values are expressions
   */
  CaptureChange(
      DataSource dataSource,
      CaptureTable log,
      PageReader<CapturedEntry> reader,
      @Nullable RowTransformer transformer,
      TransformWriter.Statements statements) {
    this.dataSource = dataSource;
    this.log = log;
    this.reader = reader;
    this.transformer = transformer;
    this.statements = statements;
  }

  @Override
  public PageReader<CapturedEntry> reader() {
    return reader;
  }

  @Override
  public ItemProcessor<CapturedEntry, Decided> processor() {
    return item -> new Decided(item, item.row() == null ? null : compute(item.row()));
  }

  private TransformChange.Computed compute(TransformChange.Read row) {
    return transformer == null
        ? new TransformChange.Computed(row.key(), row.version(), List.of())
        : TransformChange.compute(transformer, row);
  }

  @Override
  public String pageLocking(boolean skipLocked) {
    return "";
  }

  @Override
  public ChunkWriter<Decided> writer(boolean skipLocked) {
    return new CaptureWriter(
        dataSource, log, new TransformWriter(dataSource, statements, skipLocked));
  }
}
