package dev.sluice.schema;

import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Waiter;
import java.time.Duration;
import org.springframework.retry.RetryCallback;
import org.springframework.retry.RetryContext;
import org.springframework.retry.RetryListener;
import org.springframework.retry.RetryPolicy;
import org.springframework.retry.backoff.ExponentialRandomBackOffPolicy;
import org.springframework.retry.backoff.Sleeper;
import org.springframework.retry.policy.CompositeRetryPolicy;
import org.springframework.retry.policy.MaxAttemptsRetryPolicy;
import org.springframework.retry.policy.PredicateRetryPolicy;
import org.springframework.retry.policy.TimeoutRetryPolicy;
import org.springframework.retry.support.RetryTemplate;

/**
 * Tries again what failed for a passing reason, a lock above all. Pauses grow, and differ between
 * processes. Thread-safe.
 */
final class LockRetry {

  /** Told of each attempt that failed for a passing reason, the last one included. */
  interface Listener {
    /**
     * @param attempt from 1
     * @param waited the pauses between the attempts so far
     */
    void failed(int attempt, Duration waited, Throwable error);
  }

  /** The application behind a failed attempt gets through before the next one stands in its way. */
  private static final Duration PAUSE_MIN = Duration.ofMillis(500);

  private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

  private final Waiter waiter;
  private final ScriptSettings settings;

  LockRetry(Waiter waiter, ScriptSettings settings) {
    this.waiter = waiter;
    this.settings = settings;
  }

  /**
   * Runs {@code attempt} until it succeeds, fails for good, or a bound is reached; then its last
   * error is thrown.
   *
   * @throws Waiter.StoppedException if an operator stops the run in a pause
   */
  void run(Runnable attempt, Listener listener) {
    Pauses pauses = new Pauses(waiter);
    ExponentialRandomBackOffPolicy backOff = new ExponentialRandomBackOffPolicy();
    backOff.setInitialInterval(PAUSE_MIN.toMillis());
    backOff.setMaxInterval(PAUSE_MAX.toMillis());
    backOff.setSleeper(pauses);
    RetryTemplate template = new RetryTemplate();
    template.setBackOffPolicy(backOff);
    template.setRetryPolicy(bounds());
    template.registerListener(
        new RetryListener() {
          @Override
          public <T, E extends Throwable> void onError(
              RetryContext context, RetryCallback<T, E> callback, Throwable error) {
            if (SqlStates.isTransient(error)) {
              listener.failed(context.getRetryCount(), pauses.total, error);
            }
          }
        });
    template.execute(
        context -> {
          attempt.run();
          return true;
        });
  }

  private RetryPolicy bounds() {
    CompositeRetryPolicy all = new CompositeRetryPolicy();
    all.setPolicies(
        new RetryPolicy[] {
          new MaxAttemptsRetryPolicy(settings.attempts()),
          new TimeoutRetryPolicy(settings.totalTime().toMillis()),
          new PredicateRetryPolicy(error -> error == null || SqlStates.isTransient(error))
        });
    return all;
  }

  /** Lets a stop end a pause. */
  private static final class Pauses implements Sleeper {
    private static final long serialVersionUID = 1L;

    private final transient Waiter waiter;
    private Duration total = Duration.ZERO;

    Pauses(Waiter waiter) {
      this.waiter = waiter;
    }

    @Override
    public void sleep(long millis) {
      Duration pause = Duration.ofMillis(millis);
      total = total.plus(pause);
      waiter.await(pause);
    }
  }
}
