package dev.sluice.control;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Rows a second over about the last ten seconds. Workers add to it, off any lock; one thread reads
 * it.
 */
public final class RecentRate {

  private static final Duration SPAN = Duration.ofSeconds(10);

  /** Before that a rate is chance. */
  private static final Duration SPAN_MIN = Duration.ofSeconds(1);

  private final LongAdder rows = new LongAdder();
  private final Deque<Sample> samples = new ArrayDeque<>();

  private record Sample(Instant at, long rows) {}

  /** Safe for concurrent use. */
  public void add(int more) {
    rows.add(more);
  }

  /** All rows so far. Safe for concurrent use. */
  long total() {
    return rows.sum();
  }

  /**
   * Empty: nothing was done lately, or it is too early to say. To be asked a few times a second.
   */
  OptionalLong perSecond(Instant now) {
    Sample last = new Sample(now, total());
    samples.addLast(last);
    while (samples.size() > 2 && isOld(samples.getFirst(), now)) {
      samples.removeFirst();
    }
    Sample first = samples.getFirst();
    Duration span = Duration.between(first.at(), now);
    long done = last.rows() - first.rows();
    return span.compareTo(SPAN_MIN) < 0 || done == 0
        ? OptionalLong.empty()
        : OptionalLong.of(done * 1000 / span.toMillis());
  }

  private static boolean isOld(Sample sample, Instant now) {
    return Duration.between(sample.at(), now).compareTo(SPAN) > 0;
  }
}
