/**
 * What a run is doing: one snapshot, read from the database alone, that every display and report is
 * made of.
 *
 * <p>May import {@code control}, {@code postgres} and {@code migration}. It must never write, and
 * never be asked from inside a chunk. As the snapshot comes from the tables, any process on any
 * machine sees the same.
 */
@NullMarked
package dev.sluice.monitoring;

import org.jspecify.annotations.NullMarked;
