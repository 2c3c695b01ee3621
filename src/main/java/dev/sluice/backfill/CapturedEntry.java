package dev.sluice.backfill;

import dev.sluice.postgres.Key;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the capture log, with its row as it was in the same snapshot: an entry is visible
 * exactly when the change that it stands for is.
 *
 * @param entry its place in the log
 * @param key of the row
 * @param row what is to be computed; null: nothing, the entry may go. A later entry of the key
 *     decides, or the row is gone, or it is none of the migration's.
 */
record CapturedEntry(Key entry, Key key, TransformChange.@Nullable Read row) {}
