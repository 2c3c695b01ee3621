package dev.sluice.validation;

import org.jspecify.annotations.Nullable;

/**
 * A range of keys as it was compared.
 *
 * @param rows that were compared
 * @param hash of those, as {@link RowHash} makes it; null: not all of them could be computed
 */
record HashedRange(CutRange cut, long rows, @Nullable String hash) {}
