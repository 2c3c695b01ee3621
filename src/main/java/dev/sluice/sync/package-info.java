/**
 * What works inside the application's own statements while both shapes live, as text: the functions
 * behind the triggers of {@code sync: trigger}, and the names and columns of the log of {@code
 * sync: capture}.
 *
 * <p>{@link dev.sluice.sync.SyncRules} says what is kept right by what, {@link
 * dev.sluice.sync.SyncConditions} when a column is due, {@link dev.sluice.sync.SyncCases} what
 * becomes of a row, {@link dev.sluice.sync.SyncJournal} and {@link dev.sluice.sync.SyncInserts} how
 * what is overwritten can be given back, and {@link dev.sluice.sync.SyncFunction} puts the function
 * together from them.
 *
 * <p>It must never change the database: {@code schema} installs these texts, {@code validation}
 * tries them before, {@code backfill} reads the log.
 */
@NullMarked
package dev.sluice.sync;

import org.jspecify.annotations.NullMarked;
