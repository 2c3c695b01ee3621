package dev.sluice.migration;

import java.time.Duration;

/**
 * How transient errors are retried. Tuning: may change between runs.
 *
 * @param attempts tries in all, the first included, 1 to {@value #ATTEMPTS_MAX}
 * @param backoff the wait before the second try; doubled for each later one, 10 ms to 5 min
 */
public record RetryPolicy(int attempts, Duration backoff) {

  public static final int ATTEMPTS_MAX = 100;
  public static final Duration BACKOFF_MIN = Duration.ofMillis(10);
  public static final Duration BACKOFF_MAX = Duration.ofMinutes(5);

  public static final RetryPolicy DEFAULT = new RetryPolicy(5, Duration.ofSeconds(1));

  public RetryPolicy {
    if (attempts < 1 || attempts > ATTEMPTS_MAX) {
      throw new IllegalArgumentException(
          "retry.attempts must be 1 to %d, got %d".formatted(ATTEMPTS_MAX, attempts));
    }
    if (backoff.compareTo(BACKOFF_MIN) < 0 || backoff.compareTo(BACKOFF_MAX) > 0) {
      throw new IllegalArgumentException(
          "retry.backoff must be %d ms to %d min, got %d ms"
              .formatted(BACKOFF_MIN.toMillis(), BACKOFF_MAX.toMinutes(), backoff.toMillis()));
    }
  }
}
