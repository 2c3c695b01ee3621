package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.ThrottlePolicy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcOperations;

class ReadingsTest {

  private final Readings readings = new Readings();
  private final Signal asked = new Named("replica lag", true);
  private final Signal byDefault = new Named("vacuum against wraparound", false);

  private record Named(String name, boolean isAskedFor) implements Signal {
    @Override
    public boolean isOn(ThrottlePolicy policy) {
      return true;
    }

    @Override
    public Duration interval() {
      return Duration.ofSeconds(1);
    }

    @Override
    public Optional<String> read(JdbcOperations jdbc, ThrottlePolicy policy) {
      return Optional.empty();
    }
  }

  private Optional<String> reason(Signal signal, long seconds) {
    return readings.of(signal, nanos(seconds)).map(Pace.Wait::reason);
  }

  private static long nanos(long seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }

  @Test
  void whatWasAskedForIsWaitedForUntilItIsRead() {
    assertThat(reason(asked, 0)).hasValue("replica lag is not read yet");
    assertThat(reason(byDefault, 0)).isEmpty();

    readings.answered(asked, Optional.empty(), nanos(1));
    assertThat(reason(asked, 1)).isEmpty();
  }

  @Test
  void whyTheFirstReadingFailedIsToldAtOnce() {
    readings.failed(asked, "role 'x' may not see it", nanos(0));
    readings.failed(byDefault, "role 'x' may not see it", nanos(0));
    assertThat(reason(asked, 0)).hasValue("replica lag cannot be read: role 'x' may not see it");
    assertThat(reason(byDefault, 0)).isEmpty();
  }

  @Test
  void theLastAnswerHoldsForTenSecondsAndThenNotKnowingIsTheReason() {
    readings.answered(asked, Optional.of("replica lag 7.0 s > 5.0 s"), nanos(0));
    readings.answered(byDefault, Optional.of("autovacuum works"), nanos(0));
    readings.failed(asked, "connection refused", nanos(9));
    assertThat(reason(asked, 9)).hasValue("replica lag 7.0 s > 5.0 s");
    assertThat(reason(byDefault, 9)).hasValue("autovacuum works");
    assertThat(readings.isReason(asked, nanos(9))).isTrue();

    assertThat(reason(asked, 12))
        .hasValue("replica lag could not be read for 12 s: connection refused");
    assertThat(reason(byDefault, 12)).as("nobody asked for it").isEmpty();
    assertThat(readings.isReason(asked, nanos(12))).isFalse();
  }

  @Test
  void aServerThatDoesNotAnswerIsNamedAsWell() {
    readings.answered(asked, Optional.empty(), nanos(0));
    assertThat(reason(asked, 10))
        .hasValue("replica lag could not be read for 10 s: the server does not answer");
    readings.answered(asked, Optional.empty(), nanos(11));
    assertThat(reason(asked, 11)).as("it recovers").isEmpty();
  }

  @Test
  void aSignalThatIsTurnedOnAgainIsReadAnew() {
    readings.answered(asked, Optional.of("old"), nanos(0));
    readings.forget(asked);
    assertThat(reason(asked, 100)).hasValue("replica lag is not read yet");
  }
}
