package dev.sluice.backfill;

import dev.sluice.migration.RowTransformer;
import org.springframework.batch.infrastructure.item.ItemProcessor;

/**
 * How one kind of change reads, computes and writes its rows: a reader, a processor and a writer,
 * in Spring Batch's sense.
 *
 * <p>Not safe for concurrent use: one a worker.
 */
interface RowChange<I, O> {

  PageReader<I> reader();

  ItemProcessor<I, O> processor();

  /**
   * @param skipLocked true: rows that others hold are left to the sweep; false: waits for them
   */
  ChunkWriter<O> writer(boolean skipLocked);

  /**
   * The page's locking clause. Empty: the page is read and processed before the transaction begins,
   * so that a slow {@link RowTransformer} holds no lock, and the writer locks.
   */
  String pageLocking(boolean skipLocked);
}
