package dev.sluice.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartitionsTest {

  @Test
  void areEightAWorkerAndOneForEachTwoMillionRowsAtMost256() {
    assertThat(Partitions.count(2, 0)).isEqualTo(16);
    assertThat(Partitions.count(2, 30_000_000)).isEqualTo(16);
    assertThat(Partitions.count(2, 100_000_000)).isEqualTo(51);
    assertThat(Partitions.count(1, 500_000_000)).isEqualTo(251);
    assertThat(Partitions.count(2, 5_000_000_000L)).isEqualTo(256);
    assertThat(Partitions.count(32, 1_000)).isEqualTo(256);
  }
}
