package dev.sluice.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.migration.ChunkPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChunkSizeTest {

  private long harms;
  private final ChunkPolicy policy = new ChunkPolicy(1000, Duration.ofMillis(200));
  private final ChunkAllowance allowance = new ChunkAllowance(() -> harms, () -> 1);
  private final ChunkSize size = new ChunkSize(() -> policy, allowance);

  private void took(Duration time) {
    size.took(size.rows(), time);
  }

  @Test
  void startsWithThePolicysRows() {
    assertThat(size.rows()).isEqualTo(1000);
  }

  @Test
  void shrinksAtOnceToFitTheTargetTime() {
    took(Duration.ofMillis(800));
    assertThat(size.rows()).isEqualTo(250);
  }

  @Test
  void growsByHalfAtMost() {
    took(Duration.ofMillis(800));
    took(Duration.ofMillis(1));
    assertThat(size.rows()).isEqualTo(375);
  }

  @Test
  void neverGrowsBeyondThePolicysRows() {
    took(Duration.ofMillis(1));
    assertThat(size.rows()).isEqualTo(1000);
  }

  @Test
  void slowerChunksCountByTheirAverage() {
    took(Duration.ofMillis(200));
    took(Duration.ofMillis(400));
    assertThat(size.rows()).as("200 ms and 400 ms are 280 ms").isEqualTo(715);
  }

  @Test
  void aChunkThatTakesFiveTimesTheTargetCountsAlone() {
    took(Duration.ofMillis(200));
    took(Duration.ofSeconds(1));
    assertThat(size.rows()).isEqualTo(200);
  }

  @Test
  void harmHalvesTheSizeAndComesBackInSmallSteps() {
    took(Duration.ofMillis(100));
    harms++;
    assertThat(size.rows()).isEqualTo(500);
    assertThat(size.rows()).as("asked again").isEqualTo(500);
    took(Duration.ofMillis(50));
    assertThat(size.rows()).isEqualTo(550);
    harms += 5;
    assertThat(size.rows()).isEqualTo(275);
    for (int i = 0; i < 20; i++) {
      took(Duration.ofMillis(10));
    }
    assertThat(size.rows()).isEqualTo(1000);
  }

  @Test
  void aWorkerThatBeginsLaterBeginsWithTheSizeThatFitsTheOthers() {
    took(Duration.ofMillis(800));
    assertThat(new ChunkSize(() -> policy, allowance).rows()).isEqualTo(250);
    assertThat(new ChunkSize(() -> new ChunkPolicy(200, Duration.ofMillis(200)), allowance).rows())
        .as("never above the policy's")
        .isEqualTo(200);
  }

  @Test
  void aChunkCountsByTheRowsThatItBeganWith() {
    int asked = size.rows();
    harms++;
    size.took(asked, Duration.ofMillis(200));
    assertThat(size.rows()).as("on target: only harm makes it smaller").isEqualTo(550);
  }

  @Test
  void aWorkerThatBeginsLaterBeginsWithTheHarmOfTheOthers() {
    harms++;
    assertThat(size.rows()).isEqualTo(500);
    assertThat(new ChunkSize(() -> policy, allowance).rows()).isEqualTo(500);
  }

  @Test
  void ofSeveralWorkersEachDoesTwentyChunksUntilTheWholeSizeIsBack() {
    ChunkAllowance ofFour = new ChunkAllowance(() -> harms, () -> 4);
    harms += 5;
    assertThat(ofFour.share()).isEqualTo(0.5);
    for (int chunk = 0; chunk < 20; chunk++) {
      ofFour.chunkDone(1000);
    }
    assertThat(ofFour.share()).isCloseTo(0.75, within(1e-9));
  }

  @Test
  void harmDoesNotGoBelowAHundredRows() {
    for (int i = 0; i < 10; i++) {
      harms++;
      assertThat(size.rows()).isGreaterThanOrEqualTo(100);
    }
    assertThat(size.rows()).isEqualTo(100);
  }

  @Test
  void slowChunksStayAtAHundredRows() {
    took(Duration.ofMinutes(1));
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
    took(Duration.ofMillis(1));
    assertThat(size.rows()).isEqualTo(47);
  }

  @Test
  void aChunkOnTargetLeavesTheSizeAlone() {
    took(Duration.ofMillis(200));
    assertThat(size.rows()).isEqualTo(1000);
  }
}
