package dev.sluice.throttle;

import static dev.sluice.migration.ThrottlePolicy.Wal.REPLICA_LAG_MAX;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WalHistoryTest {

  private final WalHistory history = new WalHistory();

  private void reached(long bytes, long second) {
    history.reached(bytes, Duration.ofSeconds(second).toNanos());
  }

  private Duration sinceBeyond(long bytes, long second) {
    return history.sinceBeyond(bytes, Duration.ofSeconds(second).toNanos());
  }

  @Test
  void theLagOfAPausedReplayGrows() {
    reached(100, 0);
    reached(200, 1);
    reached(300, 2);
    assertThat(sinceBeyond(150, 2)).isEqualTo(Duration.ofSeconds(1));
    assertThat(sinceBeyond(150, 60)).as("also while nothing is written").hasSeconds(59);
    assertThat(sinceBeyond(200, 60)).hasSeconds(58);
    assertThat(sinceBeyond(300, 60)).as("it has caught up").isZero();
  }

  @Test
  void anIdleServerIsNoNews() {
    reached(100, 0);
    reached(100, 50);
    reached(200, 60);
    assertThat(sinceBeyond(99, 61)).hasSeconds(61);
    assertThat(sinceBeyond(100, 61)).hasSeconds(1);
  }

  /** At the sampler's interval, on a server that always writes. */
  @Test
  void anyLimitThatCanBeSetIsReachedInBoundedMemory() {
    long looks = 20 * REPLICA_LAG_MAX.dividedBy(ReplicaLag.INTERVAL);
    for (long look = 0; look <= looks; look++) {
      history.reached(look, ReplicaLag.INTERVAL.multipliedBy(look).toNanos());
      assertThat(history.size()).isLessThanOrEqualTo(WalHistory.POSITIONS_MAX);
    }
    for (int percent = 1; percent <= 110; percent++) {
      Duration lag = REPLICA_LAG_MAX.multipliedBy(percent).dividedBy(100);
      long replayed = looks - lag.dividedBy(ReplicaLag.INTERVAL);
      assertThat(history.sinceBeyond(replayed, ReplicaLag.INTERVAL.multipliedBy(looks).toNanos()))
          .as("%d %% of the limit", percent)
          .isBetween(lag.multipliedBy(99).dividedBy(100).minus(ReplicaLag.INTERVAL), lag);
    }
  }

  @Test
  void aReplayThatStandsFromTheFirstLookOnIsAsOldAsThat() {
    for (int second = 0; second < 10_000; second++) {
      reached(second + 1, second);
    }
    assertThat(sinceBeyond(0, 10_000)).hasSeconds(10_000);
  }

  @Test
  void nothingIsKnownBeforeTheFirstLook() {
    assertThat(sinceBeyond(0, 10)).isZero();
  }
}
