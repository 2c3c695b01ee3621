/**
 * How fast a run may go: the size of the next chunk.
 *
 * <p>May import {@code postgres} and {@code migration}. It must never wait or query inside a
 * chunk's transaction.
 */
@NullMarked
package dev.sluice.throttle;

import org.jspecify.annotations.NullMarked;
