package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import java.util.List;
import org.springframework.batch.infrastructure.item.ItemWriter;

/** Writes a chunk's items with a set-based statement, inside the chunk's transaction. */
interface ChunkWriter<O> extends ItemWriter<O> {

  /** The keys of the rows that the last {@link #write} changed. */
  List<Key> written();
}
