/**
 * The migrations of a directory against the ledger, in their order: up, down, to a version; and
 * what an operator settles by hand there: force, repair, import.
 *
 * <p>May import {@code job} and what that may import. It must never run a migration by other means
 * than {@code MigrationRunner}, which locks and recovers it.
 */
@NullMarked
package dev.sluice.versions;

import org.jspecify.annotations.NullMarked;
