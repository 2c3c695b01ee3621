/**
 * Runs the SQL files of a migration: the schema change around the data change, on a table that an
 * application keeps using.
 *
 * <p>A file is read whole and refused whole, before its first statement runs. What it then runs is
 * cut into steps: neighbours that may share a transaction do, a statement that PostgreSQL refuses
 * in one runs outside, and a scan never shares a transaction with a lock that blocks the
 * application. How many steps are done is written in the transaction of the steps themselves, so a
 * crash neither repeats nor skips one. Files of another tool run as they are, and counted alike.
 *
 * <p>Also runs the code of a migration that an application defines, once, in one transaction with
 * the note that it ran: to what is done and to what is locked it is a file of one statement.
 *
 * <p>Also makes and drops what works inside the application's own statements, with its tables: the
 * triggers that keep an undo journal true to the table, the one that keeps both shapes right, and
 * the one that notes changed keys in the capture log. Their text is made in {@code sync}.
 *
 * <p>May import {@code postgres} and {@code migration}, Spring JDBC and Spring Retry; nothing of
 * Spring Batch. It must never change a row of the user but by a file of another tool, wait inside a
 * transaction, or wait for a table lock without a bound: everybody who comes after a waiting {@code
 * ALTER TABLE} waits with it.
 */
@NullMarked
package dev.sluice.schema;

import org.jspecify.annotations.NullMarked;
