/**
 * The checks around a backfill: preflight before it, the baseline, verification and its certificate
 * after it.
 *
 * <p>May import {@code control}, {@code postgres} and {@code migration}, and Spring JDBC; nothing
 * of Spring Batch: a step asks here and decides there what the answer leads to. Of {@code control}
 * it reads the ledger and the undo plan: what a row must hold depends on whether the run kept a
 * journal, has ended, or is being taken back. Every statement reads, in a short transaction of its
 * own that is rolled back, and is bounded by a key window or a timeout. It must never write a row
 * of a user's table, and never put a row's content into a message: only keys, counts and what a
 * definition asked to list.
 *
 * <p>All findings are collected before anyone is told: an operator mends them in one go.
 */
@NullMarked
package dev.sluice.validation;

import org.jspecify.annotations.NullMarked;
