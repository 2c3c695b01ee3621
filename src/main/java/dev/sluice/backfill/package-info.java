/**
 * Changes the rows: partitions, the chunk transaction, readers, processors, writers, the sweep; and
 * puts them back.
 *
 * <p>A chunk that is refused for a row's fault is halved until that row fails alone ({@link
 * dev.sluice.backfill.BadRowSearch}); then it is set aside, tried again on request. Rows that the
 * application has changed since are swept by the capture log, in the run and in each catch-up after
 * it ({@link dev.sluice.backfill.CaptureSweep}).
 *
 * <p>May import {@code throttle}, {@code control}, {@code postgres} and {@code migration}. Beside
 * {@code job} the only home of Spring Batch's {@code core} types. It must never change the schema,
 * and never wait while a transaction is open.
 *
 * <p>The step is our own {@link org.springframework.batch.core.step.AbstractStep}, because Spring
 * Batch 6.0.4's chunk step loses rows when it is interrupted or a commit fails. It keeps Batch's
 * contracts: reader, processor, writer and execution context. One page is one chunk is one
 * transaction; data, counters and checkpoint are in it together, in the job repository's own
 * tables.
 *
 * <p>Where the guard is dense and an update can be HOT, a page takes every eighth row of a stretch
 * of keys instead of the next ones ({@link dev.sluice.backfill.Strides}): still at most the chunk's
 * rows, within a key window. The checkpoint then moves a stretch at a time.
 */
@NullMarked
package dev.sluice.backfill;

import org.jspecify.annotations.NullMarked;
