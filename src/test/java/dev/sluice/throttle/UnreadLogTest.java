package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.LoggedLines;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class UnreadLogTest {

  private static final String TOLD =
      "throttle.unread signal=throttle.when cannot be read, and the run waits until it can be:"
          + " division by zero [22012]";

  @RegisterExtension private final LoggedLines lines = new LoggedLines(UnreadLog.class);
  private final UnreadLog log = new UnreadLog();
  private final Signal when = new WhenQuery();

  private void fails(long seconds) {
    log.failed(when, "division by zero [22012]", Duration.ofSeconds(seconds).toNanos());
  }

  @Test
  void aFailureIsToldOnceAndOnlyOnceItHasLasted() {
    for (long second = 0; second < 10; second++) {
      fails(second);
    }
    log.answered(when);
    for (long second = 10; second < 20; second++) {
      fails(second);
    }
    assertThat(lines.all()).as("it answered meanwhile").isEmpty();

    fails(20);
    fails(21);
    assertThat(lines.all()).containsExactly(TOLD);
    log.answered(when);
    log.answered(when);
    assertThat(lines.all())
        .containsExactly(TOLD, "throttle.read signal=throttle.when answers again");
  }

  @Test
  void whatWasTurnedOffMeanwhileIsToldAnew() {
    fails(0);
    fails(10);
    log.forget(when);
    fails(11);
    fails(20);
    assertThat(lines.all()).hasSize(1);
    fails(21);
    assertThat(lines.all()).containsExactly(TOLD, TOLD);
  }
}
