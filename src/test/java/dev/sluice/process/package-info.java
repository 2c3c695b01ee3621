/**
 * What the program does to a database as a whole: killed, stopped, fenced, racing an application.
 *
 * <p>The program under test is the packaged jar in a process of its own, or the same Spring context
 * in this one where only the database counts. Tests poll the database for the moment that they wait
 * for; none sleeps and hopes.
 */
@NullMarked
package dev.sluice.process;

import org.jspecify.annotations.NullMarked;
