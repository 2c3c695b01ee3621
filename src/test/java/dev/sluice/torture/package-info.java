/**
 * The torture: an application of eleven sessions writes and holds rows for the whole of a migration
 * and after it, while the program, its sessions and the server are killed at random. A model
 * outside the database knows what every row must hold at the end.
 *
 * <p>The program is the packaged jar, told nothing but {@code run}. A model never asks the program
 * what is right: {@link dev.sluice.torture.SyncRule} says it in a few lines, from what the
 * documentation promises.
 */
@NullMarked
package dev.sluice.torture;

import org.jspecify.annotations.NullMarked;
