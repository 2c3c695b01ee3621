package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CongestionTest {

  private static final Duration SAMPLE = Duration.ofMillis(250);

  private final Congestion congestion = new Congestion("blocked sessions");
  private long now;

  private boolean holdsAfter(boolean harm) {
    now += SAMPLE.toNanos();
    congestion.sampled(harm ? Optional.of("2 sessions wait") : Optional.empty(), now);
    return congestion.pace(now).isPresent();
  }

  /** Samples without harm until it lets go. */
  private Duration holds() {
    long began = now;
    while (holdsAfter(false)) {
      assertThat(now - began).isLessThan(Duration.ofMinutes(1).toNanos());
    }
    return Duration.ofNanos(now - began);
  }

  private void calmFor(Duration time) {
    for (long end = now + time.toNanos(); now < end; ) {
      assertThat(holdsAfter(false)).isFalse();
    }
  }

  @Test
  void lettingGoNeedsASampleWithoutHarm() {
    assertThat(holdsAfter(true)).isTrue();
    assertThat(congestion.pace(now))
        .hasValue(new Pace.Wait("blocked sessions", "2 sessions wait", Duration.ofMillis(50)));
    for (int i = 0; i < 20; i++) {
      assertThat(holdsAfter(true)).isTrue();
    }
    assertThat(holdsAfter(false)).isFalse();
    assertThat(congestion.harms()).isEqualTo(1);
  }

  @Test
  void holdsTwiceAsLongEachTimeThatGoingOnDoesHarmUpToTwoSeconds() {
    Duration[] expected = {
      Duration.ofMillis(250),
      Duration.ofMillis(500),
      Duration.ofSeconds(1),
      Duration.ofSeconds(2),
      Duration.ofSeconds(2)
    };
    for (Duration hold : expected) {
      assertThat(holdsAfter(true)).isTrue();
      assertThat(holds()).isEqualTo(hold);
    }
    assertThat(congestion.harms()).isEqualTo(expected.length);
  }

  @Test
  void holdsForHalfAsLongAfterEachTwoSecondsWithoutHarm() {
    for (int i = 0; i < 5; i++) {
      holdsAfter(true);
      holds();
    }
    assertThat(Congestion.CALM).isEqualTo(Duration.ofSeconds(2));
    calmFor(Duration.ofSeconds(4)); // 2 s, 1 s, half a second
    holdsAfter(true);
    assertThat(holds()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void withoutSamplesItLetsTheRunGoOn() {
    holdsAfter(true);
    assertThat(congestion.pace(now + Duration.ofSeconds(9).toNanos())).isPresent();
    assertThat(congestion.pace(now + Duration.ofSeconds(10).toNanos())).isEmpty();
  }
}
