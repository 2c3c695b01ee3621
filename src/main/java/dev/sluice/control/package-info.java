/**
 * Who may run a migration, in which state it is, and how it is told to stop: the ledger with its
 * history, the run states, the runner lock with its epoch, the stop signal. How operators steer it
 * from elsewhere, by a table, and what it tells of itself. And what a run leaves for a person or
 * for the next run: rows in quarantine, conflicts of a rollback, the number of captured changes
 * that wait.
 *
 * <p>May import {@code postgres} and {@code migration}. It must never know Spring Batch: a state
 * here is a fact of ours, of which the job repository knows nothing.
 */
@NullMarked
package dev.sluice.control;

import org.jspecify.annotations.NullMarked;
