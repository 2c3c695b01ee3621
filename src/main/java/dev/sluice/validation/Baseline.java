package dev.sluice.validation;

import java.time.Instant;

/**
 * What the table looked like before the first row of a run changed.
 *
 * @param exact whether {@code rowsTotal} was counted; else it is the planner's estimate
 * @param rowsToDo estimated rows under the guard
 */
public record Baseline(long rowsTotal, boolean exact, long rowsToDo, Instant capturedAt) {}
