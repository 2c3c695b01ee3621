package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkerCountTest {

  private final WorkerCount count = new WorkerCount();
  private long now;

  @BeforeEach
  void firstLook() {
    assertThat(count.look(true, 4, now)).as("all workers").isEqualTo(4);
  }

  /** Looks once a second; under load in so many of ten. */
  private int periods(int number, int loaded, int max) {
    int workers = 0;
    for (int second = 0; second < number * 10; second++) {
      now += Duration.ofSeconds(1).toNanos();
      workers = count.look(second % 10 < loaded, max, now);
    }
    return workers;
  }

  @Test
  void oneGoesWithEachPeriodThatIsMostlyUnderLoadAndOneStays() {
    periods(1, 0, 4);
    assertThat(periods(1, 10, 4)).isEqualTo(3);
    assertThat(periods(1, 7, 4)).isEqualTo(2);
    assertThat(periods(10, 10, 4)).isEqualTo(1);
  }

  @Test
  void aLittleLoadChangesNothing() {
    periods(3, 10, 4);
    int fewer = periods(1, 10, 4);
    assertThat(periods(20, 2, 4)).isEqualTo(fewer);
  }

  @Test
  void halfOfThoseThatWentReturnAfterEachThreePeriodsOfCalm() {
    periods(6, 10, 4);
    assertThat(periods(2, 0, 4)).isEqualTo(1);
    assertThat(periods(1, 0, 4)).isEqualTo(3);
    assertThat(periods(2, 0, 4)).isEqualTo(3);
    assertThat(periods(1, 0, 4)).isEqualTo(4);
    assertThat(periods(20, 0, 4)).isEqualTo(4);
  }

  @Test
  void thirtyTwoWorkersAreBackWithinMinutes() {
    assertThat(periods(40, 10, 32)).isEqualTo(1);
    assertThat(periods(5 * WorkerCount.CALM_PERIODS, 0, 32)).isEqualTo(32);
  }

  @Test
  void thoseThatAreTunedAwayDoNotHaveToReturn() {
    periods(40, 10, 32);
    assertThat(count.look(false, 2, now)).isEqualTo(1);
    assertThat(count.look(false, 32, now)).as("one went, of two").isEqualTo(31);
  }

  @Test
  void aPauseIsNoPeriodOfLoadOrCalm() {
    periods(1, 10, 4);
    assertThat(count.resting(4)).as("in it").isEqualTo(3);
    now += Duration.ofHours(1).toNanos();
    assertThat(count.look(true, 4, now)).as("after it").isEqualTo(3);
    assertThat(count.resting(8)).as("tuned").isEqualTo(7);
  }

  @Test
  void followsTheTuningAtOnce() {
    periods(1, 10, 4);
    assertThat(count.look(false, 8, now)).isEqualTo(7);
    assertThat(count.look(false, 1, now)).isEqualTo(1);
  }
}
