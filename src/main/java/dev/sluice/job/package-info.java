/**
 * Builds, launches, recovers and stops the Spring Batch jobs of migrations.
 *
 * <p>May import everything but {@code cli}, {@code library} and {@code versions}. Beside {@code
 * backfill} the only home of Spring Batch's {@code core} types. It must hold no rule about rows,
 * schemas or checks: it orders the steps, and turns how they ended into an outcome.
 */
@NullMarked
package dev.sluice.job;

import org.jspecify.annotations.NullMarked;
