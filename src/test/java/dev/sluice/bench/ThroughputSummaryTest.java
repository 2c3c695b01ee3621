package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.bench.Contender.Outcome;
import dev.sluice.bench.ThroughputPart.Measurement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThroughputSummaryTest {

  private static Measurement took(String contender, int round, double seconds) {
    return new Measurement(
        contender, round, Outcome.of(Duration.ofNanos(Math.round(seconds * 1e9))));
  }

  @Test
  void comparesWithTheUpdateOfTheSameRound() {
    // the machine is twice as slow in the second round and four times in the third
    List<Measurement> all =
        List.of(
            took("update", 1, 10),
            took("batch", 1, 15),
            took("set-2", 1, 5),
            took("set-2", 2, 8),
            took("update", 2, 20),
            took("update", 3, 40),
            took("set-2", 3, 20));

    ThroughputSummary set = ThroughputSummary.of(List.of("set-2"), all, 800).get(0);

    assertThat(set.seconds()).isEqualTo(8);
    assertThat(set.secondsMin()).isEqualTo(5);
    assertThat(set.secondsMax()).isEqualTo(20);
    assertThat(set.rowsPerSecond()).isEqualTo(100);
    assertThat(set.timesUpdate()).isCloseTo(2.0, within(1e-9));
    assertThat(set.timesBatch()).isCloseTo(3.0, within(1e-9)); // it ran in the first round alone
  }

  @Test
  void anEvenNumberOfRoundsHasTheMiddleOfTwo() {
    List<Measurement> all = List.of(took("update", 1, 10), took("update", 2, 20));

    assertThat(ThroughputSummary.of(List.of("update"), all, 1).get(0).seconds()).isEqualTo(15);
  }

  @Test
  void withoutTheUpdateThereIsNoRatio() {
    List<Measurement> all = List.of(took("batch", 1, 10));

    assertThat(ThroughputSummary.of(List.of("batch"), all, 1).get(0).timesUpdate()).isNull();
  }
}
