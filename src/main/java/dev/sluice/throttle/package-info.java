/**
 * How fast a run may go: whether the next chunk may begin, how large it is, how many workers there
 * are.
 *
 * <p>Signals are read beside the run, in a thread and transactions of their own; what is made of
 * them is pure and told with its reason. {@code AdaptiveThrottle} puts them in order: harm that the
 * run does first.
 *
 * <p>May import {@code postgres} and {@code migration}. It must never wait or query inside a
 * chunk's transaction, and what a worker asks must never wait for an answer of the server.
 */
@NullMarked
package dev.sluice.throttle;

import org.jspecify.annotations.NullMarked;
