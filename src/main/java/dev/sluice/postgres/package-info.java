/**
 * What Sluice knows of PostgreSQL itself: its catalog, its SQL text, its error codes and whose
 * fault an error is, its sessions (settings, poolers, those that are cut off without a word), and
 * how to walk a table by key.
 *
 * <p>May import {@code migration} only. The only home of {@code org.postgresql} types. It must
 * never know what a run, a step or a ledger is, nor write a row.
 *
 * <p>Also here is what packages that must not know each other have to say alike. {@code backfill}
 * and {@code validation} walk by key the same way. {@code validation} and {@code throttle} ask a
 * user's query for a boolean. The names and columns of the undo journal are {@code schema}'s to
 * make and {@code backfill}'s to read.
 */
@NullMarked
package dev.sluice.postgres;

import org.jspecify.annotations.NullMarked;
