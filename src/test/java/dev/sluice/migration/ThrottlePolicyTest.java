package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.migration.ThrottlePolicy.Load;
import dev.sluice.migration.ThrottlePolicy.Speed;
import dev.sluice.migration.ThrottlePolicy.Wal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottlePolicyTest {

  @Test
  void onByDefaultIsOnlyTheHarmOfTheRunItselfAndAVacuumInItsWay() {
    assertThat(ThrottlePolicy.DEFAULT)
        .isEqualTo(
            new ThrottlePolicy(
                new Speed(Duration.ZERO, 0),
                new Wal(Duration.ZERO, DataSize.ZERO, DataSize.ZERO, 0),
                new Load(true, true, 0, Duration.ZERO),
                null,
                null));
    assertThat(ThrottlePolicy.WHEN_MAX).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void everyLimitHasABound() {
    assertThatThrownBy(() -> new Speed(Duration.ofMinutes(11), 0))
        .hasMessage("throttle.pause must be 0 s to 600 s, got 660000 ms");
    assertThatThrownBy(() -> new Speed(Duration.ZERO, 1_000_001))
        .hasMessage("throttle.rows-per-second must be 0 to 1000000, got 1000001");
    assertThatThrownBy(() -> new Wal(Duration.ofMinutes(61), DataSize.ZERO, DataSize.ZERO, 0))
        .hasMessage("throttle.replica-lag must be 0 s to 3600 s, got 3660000 ms");
    assertThatThrownBy(() -> new Wal(Duration.ZERO, DataSize.of(17, "TB"), DataSize.ZERO, 0))
        .hasMessage("throttle.replica-lag-size must be at most 16 TB, got 17 TB");
    assertThatThrownBy(() -> new Wal(Duration.ZERO, DataSize.ZERO, DataSize.of(17, "TB"), 0))
        .hasMessage("throttle.slot-wal must be at most 16 TB, got 17 TB");
    assertThatThrownBy(() -> new Wal(Duration.ZERO, DataSize.ZERO, DataSize.ZERO, -1))
        .hasMessage("throttle.archive-backlog must be 0 to 100000, got -1");
    assertThatThrownBy(() -> new Load(true, true, 10_001, Duration.ZERO))
        .hasMessage("throttle.active-sessions must be 0 to 10000, got 10001");
    assertThatThrownBy(() -> new Load(true, true, 0, Duration.ofDays(8)))
        .hasMessage("throttle.long-transactions must be 0 s to 604800 s, got 691200000 ms");
  }

  @Test
  void aRateBoundsTheChunkByWhatItAllowsInASecond() {
    assertThat(chunkRowsAt(0)).isEqualTo(1000);
    assertThat(chunkRowsAt(5000)).isEqualTo(1000);
    assertThat(chunkRowsAt(400)).isEqualTo(400);
    assertThat(chunkRowsAt(10)).isEqualTo(ChunkPolicy.ROWS_MIN);
  }

  private static int chunkRowsAt(int rowsPerSecond) {
    Speed speed = new Speed(Duration.ZERO, rowsPerSecond);
    return Tuning.DEFAULT.withThrottle(ThrottlePolicy.DEFAULT.withSpeed(speed)).pacedChunk().rows();
  }

  @Test
  void sizesAreShownAsPostgresqlDoes() {
    assertThat(DataSize.of(64, "MB").bytes()).isEqualTo(67_108_864);
    assertThat(DataSize.of(64, "MB").written()).isEqualTo("64MB");
    assertThat(DataSize.of(2048, "kB").written()).isEqualTo("2MB");
    assertThat(DataSize.ZERO.written()).isEqualTo("0MB");
    assertThat(new DataSize(1000)).hasToString("1000 bytes");
    assertThat(DataSize.of(1536, "MB")).hasToString("1.5 GB");
    assertThat(DataSize.of(10, "TB")).hasToString("10 TB");
    assertThat(DataSize.of(8_388_607, "TB").bytes()).isPositive();
    assertThatThrownBy(() -> DataSize.of(8_388_608, "TB"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a size must be less than 8388608TB, got 8388608TB");
  }
}
