package dev.sluice.backfill;

import dev.sluice.migration.RowTransformer;
import java.util.List;
import java.util.function.Function;
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

  private final PageReader<CapturedEntry> reader;
  private final @Nullable RowTransformer transformer;
  private final Function<Boolean, CaptureWriter> writers;

  /**
   * @param transformer null: the values are expressions
   * @param writers make one, given whether to skip what is locked
   */
  CaptureChange(
      PageReader<CapturedEntry> reader,
      @Nullable RowTransformer transformer,
      Function<Boolean, CaptureWriter> writers) {
    this.reader = reader;
    this.transformer = transformer;
    this.writers = writers;
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
    return writers.apply(skipLocked);
  }
}
