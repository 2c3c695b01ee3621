package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import java.util.List;
import org.springframework.batch.infrastructure.item.ItemWriter;

/** Writes a chunk's items with one set-based statement, inside the chunk's transaction. */
interface ChunkWriter<O> extends ItemWriter<O> {

  /** What the last {@link #write} did. */
  Written written();

  /** The keys of the rows that the last {@link #write} held locked, changed or not. */
  List<Key> visited();
}
