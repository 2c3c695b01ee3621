package dev.sluice.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.ThrottlePolicy;
import dev.sluice.migration.TimeWindow;
import dev.sluice.migration.Tuning;
import dev.sluice.monitoring.EarlierRun;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DurationEstimateTest {

  private static final Optional<EarlierRun> EARLIER =
      Optional.of(new EarlierRun("0001_split", 100_000));

  private static Tuning limited(Duration pause, int rowsPerSecond) {
    return Tuning.DEFAULT.withThrottle(
        ThrottlePolicy.DEFAULT.withSpeed(new ThrottlePolicy.Speed(pause, rowsPerSecond)));
  }

  @Test
  void isByAnEarlierRunOnTheDatabase() {
    assertThat(DurationEstimate.text(4_000_000, Tuning.DEFAULT, EARLIER))
        .isEqualTo("about 40 s at 100,000 rows/s, as 0001_split did on this database");
  }

  @Test
  void isSaidToBeAGuessBeforeTheFirstOne() {
    assertThat(DurationEstimate.text(500_000_000, Tuning.DEFAULT, Optional.empty()))
        .isEqualTo("about 1 h 23 min at 100,000 rows/s, a guess, nothing ran on this database yet");
    assertThat(DurationEstimate.text(0, Tuning.DEFAULT.withWorkers(1), Optional.empty()))
        .isEqualTo("about 1 s at 50,000 rows/s, a guess, nothing ran on this database yet");
  }

  @Test
  void isByTheThrottleWhereThatIsSlower() {
    assertThat(DurationEstimate.text(4_000_000, limited(Duration.ZERO, 5_000), EARLIER))
        .isEqualTo("about 13 min 20 s at 5,000 rows/s, as throttle.rows-per-second allows");
    // two workers with 1,000 rows, and then 80 ms of rest
    assertThat(DurationEstimate.text(4_000_000, limited(Duration.ofMillis(80), 0), EARLIER))
        .isEqualTo("about 2 min 40 s at 25,000 rows/s, with throttle.pause after each chunk");
    // chunks of 500 rows
    assertThat(DurationEstimate.text(1_000, limited(Duration.ofSeconds(10), 500), EARLIER))
        .isEqualTo("about 10 s at 100 rows/s, with throttle.pause after each chunk");
    assertThat(DurationEstimate.text(4_000_000, limited(Duration.ZERO, 500_000), EARLIER))
        .endsWith("as 0001_split did on this database");
  }

  @Test
  void restsThatAreInTheEarlierRunsSpeedAreNotTakenOffTwice() {
    EarlierRun slow = new EarlierRun("0001_split", 1_900);
    assertThat(DurationEstimate.text(190_000, limited(Duration.ofSeconds(1), 0), Optional.of(slow)))
        .isEqualTo("about 1 min 40 s at 1,900 rows/s, as 0001_split did on this database");
  }

  @Test
  void aWindowIsNamed() {
    ThrottlePolicy night =
        ThrottlePolicy.DEFAULT.withWindow(TimeWindow.parse("22:00-06:00 Europe/Berlin"));
    assertThat(DurationEstimate.text(100_000, Tuning.DEFAULT.withThrottle(night), EARLIER))
        .isEqualTo(
            "about 1 s at 100,000 rows/s, as 0001_split did on this database, and the time"
                + " outside the window 22:00-06:00 Europe/Berlin");
  }
}
