package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.migration.ChunkPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChunkSizeTest {

  private final ChunkSize size = new ChunkSize(new ChunkPolicy(1000, Duration.ofMillis(200)));

  @Test
  void startsWithThePolicysRows() {
    assertThat(size.rows()).isEqualTo(1000);
  }

  @Test
  void shrinksAtOnceToFitTheTargetTime() {
    size.took(Duration.ofMillis(800));
    assertThat(size.rows()).isEqualTo(250);
  }

  @Test
  void growsByHalfAtMost() {
    size.took(Duration.ofMillis(800));
    size.took(Duration.ofMillis(1));
    assertThat(size.rows()).isEqualTo(375);
  }

  @Test
  void neverGrowsBeyondThePolicysRows() {
    size.took(Duration.ofMillis(1));
    assertThat(size.rows()).isEqualTo(1000);
  }

  @Test
  void slowChunksStayAtAHundredRows() {
    size.took(Duration.ofMinutes(1));
    assertThat(size.rows()).isEqualTo(100);
  }

  @Test
  void overrunsHalveDownToOneRowAndNoFurther() {
    int halvings = 0;
    while (size.overran()) {
      halvings++;
    }
    assertThat(size.rows()).isEqualTo(1);
    assertThat(halvings).isEqualTo(9);
  }

  @Test
  void aSizeBelowAHundredGrowsInStepsToo() {
    for (int i = 0; i < 5; i++) {
      size.overran();
    }
    assertThat(size.rows()).isEqualTo(31);
    size.took(Duration.ofMillis(1));
    assertThat(size.rows()).isEqualTo(47);
  }

  @Test
  void aChunkNearTheTargetLeavesTheSizeAlone() {
    size.took(Duration.ofMillis(250));
    assertThat(size.rows()).isEqualTo(1000);
  }
}
