/**
 * The benchmark behind {@code scripts/bench}: how long Sluice takes to fill two columns of a large
 * table, beside the ways that people use without it, what an application bears meanwhile, and what
 * more rows or a restart cost.
 *
 * <p>A {@link dev.sluice.bench.Plan} says what is measured; each {@link dev.sluice.bench.Part}
 * gives a result with a table of its own, and {@link dev.sluice.bench.Target} compares them with
 * what is wanted.
 *
 * <p>Sluice runs as what users start, a process from the executable jar; nothing here calls its
 * classes. Every contender starts on an equal copy of the table, and its result is compared with
 * the expected one before its time counts.
 */
@NullMarked
package dev.sluice.bench;

import org.jspecify.annotations.NullMarked;
