package dev.sluice.throttle;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Whether anybody wants to know how the server is: a worker is in a chunk or has been a moment ago,
 * or has asked of late. While an operator has the run paused nobody does, and no session of ours is
 * to be seen at work. Safe for concurrent use.
 */
final class Demand {

  /** A worker that waits asks several times within it. */
  private static final Duration ASKED_RECENTLY = Duration.ofMillis(500);

  /** A reader does not tell when its range is read. What was known before it is too old then. */
  private static final Duration RANGE_MAX = Readings.AGE_MAX;

  private final Set<Thread> inChunk = ConcurrentHashMap.newKeySet();
  private volatile boolean asked;
  private final AtomicLong untilNanos = new AtomicLong();

  /** The calling worker asks before a chunk, so it is in none. */
  void asks(long nowNanos) {
    inChunk.remove(Thread.currentThread());
    lasts(nowNanos, ASKED_RECENTLY);
  }

  /** The calling worker asks before a range that it only reads. */
  void asksToRead(long nowNanos) {
    inChunk.remove(Thread.currentThread());
    lasts(nowNanos, RANGE_MAX);
  }

  private void lasts(long nowNanos, Duration time) {
    long until = nowNanos + time.toNanos();
    untilNanos.accumulateAndGet(until, (last, next) -> asked && last - next > 0 ? last : next);
    asked = true;
  }

  /** The calling worker's chunk begins. */
  void begins() {
    inChunk.add(Thread.currentThread());
  }

  /** The calling worker's chunk is committed, and it will ask for the next one at once. */
  void ends(long nowNanos) {
    asks(nowNanos);
  }

  boolean is(long nowNanos) {
    inChunk.removeIf(worker -> !worker.isAlive());
    return !inChunk.isEmpty() || (asked && untilNanos.get() - nowNanos > 0);
  }
}
