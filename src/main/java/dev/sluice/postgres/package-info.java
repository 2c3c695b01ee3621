/**
 * What Sluice knows of PostgreSQL itself: its catalog, its SQL text, its error codes, its advisory
 * locks, and how to walk a table by key.
 *
 * <p>May import {@code migration} only. The only home of {@code org.postgresql} types. It must
 * never know what a run, a step or a ledger is: everything here would serve another program as
 * well.
 *
 * <p>Walking by key lives here because two packages that must not know each other, {@code backfill}
 * and {@code validation}, walk the same way. The text of a sync trigger's function for the same
 * reason: {@code schema} makes it, {@code validation} tries it before.
 */
@NullMarked
package dev.sluice.postgres;

import org.jspecify.annotations.NullMarked;
