package dev.sluice.control;

import org.jspecify.annotations.Nullable;

/**
 * What a launch does at a moment, as its runner tells it.
 *
 * @param waiting shown to the operator as it is; null: it does not wait
 * @param chunkRows most rows a chunk, as tuned by now
 * @param workers as tuned by now
 * @param rowsPerSecond over about the last ten seconds; null: no rows are being changed
 */
public record Activity(
    @Nullable String waiting, int chunkRows, int workers, @Nullable Long rowsPerSecond) {}
