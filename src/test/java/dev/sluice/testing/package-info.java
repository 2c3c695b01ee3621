/**
 * The PostgreSQL servers that integration tests run on, behind one type: {@link
 * dev.sluice.testing.PostgresServer}.
 *
 * <p>Imports nothing of Sluice, so that a test never depends on what it tests. It holds no test
 * data and no assertions: those belong to the test that needs them.
 */
@NullMarked
package dev.sluice.testing;

import org.jspecify.annotations.NullMarked;
