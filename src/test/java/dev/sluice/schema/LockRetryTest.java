package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.postgres.Waiter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.UncategorizedSQLException;

class LockRetryTest {
  private final List<Duration> pauses = new ArrayList<>();
  private final List<Integer> told = new ArrayList<>();
  private int attempts;

  @Test
  void triesAgainUntilItSucceedsWithGrowingPauses() {
    retry(8, pauses::add)
        .run(() -> failUntil(5, "55P03"), (attempt, waited, error) -> told.add(attempt));

    assertThat(attempts).isEqualTo(5);
    assertThat(told).containsExactly(1, 2, 3, 4);
    assertThat(pauses).hasSize(4);
    assertThat(pauses.get(0)).isBetween(Duration.ofMillis(500), Duration.ofMillis(1000));
    assertThat(pauses.get(3)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
  }

  @Test
  void givesUpAfterTheLastAttemptWithItsError() {
    assertThatThrownBy(
            () ->
                retry(3, pauses::add)
                    .run(() -> failUntil(9, "40P01"), (attempt, waited, error) -> {}))
        .hasMessageContaining("attempt 3");
    assertThat(pauses).hasSize(2);
  }

  @Test
  void givesUpOnceItsTimeIsOver() {
    Duration time = Duration.ofMillis(200);
    Waiter passesTheTime = pause -> LockSupport.parkNanos(time.plusMillis(100).toNanos());
    Duration any = Duration.ofMinutes(1);
    LockRetry bounded = new LockRetry(passesTheTime, new ScriptSettings(any, any, any, 1000, time));

    assertThatThrownBy(
            () -> bounded.run(() -> failUntil(999, "55P03"), (attempt, waited, error) -> {}))
        .hasMessageContaining("attempt " + attempts);
    assertThat(attempts).isLessThan(4);
  }

  @Test
  void noTwoProcessesWaitForTheSameTimes() {
    for (int process = 1; process <= 2; process++) {
      attempts = 0;
      retry(8, pauses::add).run(() -> failUntil(5, "55P03"), (attempt, waited, error) -> {});
    }

    assertThat(pauses.subList(0, 4)).isNotEqualTo(pauses.subList(4, 8));
  }

  @Test
  void neverRepeatsAFailureThatComesAgain() {
    assertThatThrownBy(
            () ->
                retry(3, pauses::add)
                    .run(
                        () -> failUntil(9, "42703"), (attempt, waited, error) -> told.add(attempt)))
        .hasMessageContaining("attempt 1");
    assertThat(told).isEmpty();
  }

  @Test
  void pausesAreTold() {
    List<Duration> waited = new ArrayList<>();

    retry(8, pauses::add)
        .run(() -> failUntil(3, "55P03"), (attempt, sum, error) -> waited.add(sum));

    assertThat(waited).containsExactly(Duration.ZERO, pauses.get(0));
  }

  @Test
  void aStopEndsThePause() {
    Waiter stopped =
        duration -> {
          throw new Waiter.StoppedException();
        };

    assertThatThrownBy(
            () ->
                retry(8, stopped).run(() -> failUntil(9, "55P03"), (attempt, waited, error) -> {}))
        .isInstanceOf(Waiter.StoppedException.class);
    assertThat(attempts).isEqualTo(1);
  }

  private static LockRetry retry(int attempts, Waiter waiter) {
    Duration any = Duration.ofMinutes(1);
    return new LockRetry(waiter, new ScriptSettings(any, any, any, attempts, any));
  }

  private void failUntil(int success, String state) {
    attempts++;
    if (attempts < success) {
      throw new UncategorizedSQLException(
          "attempt " + attempts, null, new SQLException("attempt " + attempts, state));
    }
  }
}
