/**
 * Runs migrations as a user does, by the command line, on real servers: every example under {@code
 * jobs/} and every folder under {@code src/test/resources/scenarios/}.
 *
 * <p>What a folder holds is said in CONTRIBUTING.md, "Scenarios". A scenario is data: nothing here
 * may know one by its name.
 */
@NullMarked
package dev.sluice.scenario;

import org.jspecify.annotations.NullMarked;
