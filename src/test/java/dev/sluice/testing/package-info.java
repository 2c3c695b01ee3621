/**
 * What tests run on and run: the PostgreSQL servers, behind one type ({@link
 * dev.sluice.testing.PostgresServer}); what may stand before one, a proxy that cuts connections off
 * and poolers; and the packaged program as a process or as a command line in this one.
 *
 * <p>Imports nothing of Sluice but the command line that it calls, so that a test never depends on
 * what it tests. It holds no test data and no assertions: those belong to the test that needs them.
 */
@NullMarked
package dev.sluice.testing;

import org.jspecify.annotations.NullMarked;
