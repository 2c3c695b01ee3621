package dev.sluice.throttle;

import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.postgres.BooleanQuery;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The user's own query: true is a reason to wait. NULL, no row and several rows are no answer; they
 * are told by their shape only.
 */
final class WhenQuery implements Signal {

  private static final Duration INTERVAL = Duration.ofSeconds(1);

  @Override
  public String name() {
    return "throttle.when";
  }

  @Override
  public boolean isOn(ThrottlePolicy policy) {
    return policy.when() != null;
  }

  /** Nobody knows what it asks for. */
  @Override
  public boolean isLoad() {
    return false;
  }

  @Override
  public boolean concernsReading() {
    return true;
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
    String sql = Objects.requireNonNull(policy.when());
    BooleanQuery.Answer answer = BooleanQuery.ask(jdbc, sql);
    if (answer.value() == null) {
      throw new UnreadableException(
          "it %s. It must return one row with true or false.".formatted(answer.detail()));
    }
    return answer.isTrue() ? Optional.of("throttle.when returned true") : Optional.empty();
  }
}
