/**
 * The domain: what a migration is, as immutable records and sealed types, and the interface that a
 * user's Java transform implements.
 *
 * <p>May import nothing of Sluice, of Spring or of JDBC, so that every other package can speak in
 * these types. It must never read a file or a database: {@code definition} makes these values,
 * {@code postgres} makes SQL of them.
 *
 * <p>{@link dev.sluice.migration.Identifier} both parses and quotes SQL names here, so that there
 * is one place for either, and so that a definition can be checked without a database.
 */
@NullMarked
package dev.sluice.migration;

import org.jspecify.annotations.NullMarked;
