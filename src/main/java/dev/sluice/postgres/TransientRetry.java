package dev.sluice.postgres;

import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.classify.Classifier;
import org.springframework.retry.RetryPolicy;
import org.springframework.retry.backoff.ExponentialRandomBackOffPolicy;
import org.springframework.retry.policy.ExceptionClassifierRetryPolicy;
import org.springframework.retry.policy.NeverRetryPolicy;
import org.springframework.retry.policy.SimpleRetryPolicy;
import org.springframework.retry.support.RetryTemplate;

/**
 * Retries what passes by itself: jittered, doubling waits, bounded in number.
 *
 * <p>For whole transactions and connections. Never around a statement inside a transaction: after
 * an error PostgreSQL refuses every further statement of it.
 */
public final class TransientRetry {

  private static final Duration BACKOFF_MAX = Duration.ofMinutes(1);

  private TransientRetry() {}

  /**
   * @param attempts tries in all, the first included
   * @param backoff the longest first wait; each later one may be twice as long, up to a minute
   * @param retryable whether an error may pass by itself
   */
  public static RetryTemplate of(
      int attempts, Duration backoff, Waiter waiter, Classifier<Throwable, Boolean> retryable) {
    return of(() -> attempts, backoff, waiter, retryable);
  }

  /**
   * The same, where some tries turn out not to count.
   *
   * @param attempts asked after each failure: tries in all, the first included
   */
  public static RetryTemplate of(
      Supplier<Integer> attempts,
      Duration backoff,
      Waiter waiter,
      Classifier<Throwable, Boolean> retryable) {
    ExponentialRandomBackOffPolicy waits = new ExponentialRandomBackOffPolicy();
    waits.setInitialInterval(backoff.toMillis());
    waits.setMultiplier(2);
    waits.setMaxInterval(Math.max(backoff.toMillis(), BACKOFF_MAX.toMillis()));
    waits.setSleeper(millis -> waiter.await(Duration.ofMillis(millis)));

    SimpleRetryPolicy bounded = new SimpleRetryPolicy();
    bounded.maxAttemptsSupplier(attempts);
    NeverRetryPolicy never = new NeverRetryPolicy();
    ExceptionClassifierRetryPolicy policy = new ExceptionClassifierRetryPolicy();
    policy.setExceptionClassifier(
        (Classifier<Throwable, RetryPolicy>)
            error -> Boolean.TRUE.equals(retryable.classify(error)) ? bounded : never);

    RetryTemplate template = new RetryTemplate();
    template.setRetryPolicy(policy);
    template.setBackOffPolicy(waits);
    return template;
  }
}
