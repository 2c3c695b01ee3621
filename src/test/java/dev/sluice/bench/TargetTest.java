package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.Contender.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TargetTest {

  private static final Memory HEAP = new Memory(100L << 20, 20L << 20, null);

  private static ThroughputResult throughput() {
    List<ThroughputPart.Measurement> all =
        List.of(
            took("update", 20.8),
            took("batch", 70),
            took("set-1", 27),
            took("set-2", 16),
            took("java-2", 18.2));
    List<String> names = all.stream().map(ThroughputPart.Measurement::contender).toList();
    return new ThroughputResult(4_000_000, 1, ThroughputSummary.of(names, all, 4_000_000), all);
  }

  private static ThroughputPart.Measurement took(String contender, double seconds) {
    return new ThroughputPart.Measurement(contender, 1, outcome(seconds));
  }

  private static Outcome outcome(double seconds) {
    Duration work = Duration.ofNanos(Math.round(seconds * 1e9));
    return new Outcome(Duration.ZERO, work, Duration.ZERO, HEAP);
  }

  private static LatencyResult latency(long errors) {
    Latencies alone = new Latencies(6_000, 0.3, 0.6, 2, 20, 0);
    Latencies quiet = new Latencies(3_000, 0.3, 0.7, 2.4, 20, errors);
    Latencies slower = new Latencies(3_000, 0.3, 0.7, 2.8, 20, 0);
    List<LatencyPart.Measurement> all =
        List.of(
            new LatencyPart.Measurement("alone", 1, alone, null, null),
            new LatencyPart.Measurement("set-2", 1, quiet, 3.2, outcome(10)),
            new LatencyPart.Measurement("java-2", 1, slower, 2.8, outcome(10)));
    List<Contender> ours = List.of("set-2", "java-2").stream().<Contender>map(Named::new).toList();
    return LatencyResult.of(2_000_000, 1, 200, ours, all);
  }

  /** One that is not run here. */
  private record Named(String name) implements Contender {
    @Override
    public Outcome run(BenchDatabase database) {
      throw new UnsupportedOperationException();
    }
  }

  private static GrowthResult growth() {
    List<GrowthPart.Measurement> all =
        List.of(
            new GrowthPart.Measurement("set-2", 1_000_000, 1, outcome(4)),
            new GrowthPart.Measurement("set-2", 20_000_000, 1, outcome(100)));
    return GrowthResult.of(List.of(1_000_000, 20_000_000), 1, "128m", List.of("set-2"), all);
  }

  private static RestartResult restart() {
    List<RestartPart.Measurement> all = new ArrayList<>();
    for (int millis : List.of(900, 1_200, 700)) {
      all.add(
          new RestartPart.Measurement(
              1, 1_000, Duration.ofMillis(1_500), Duration.ofMillis(millis)));
    }
    return new RestartResult("set-2", 4_000_000, 3, all);
  }

  private static String verdict(Target target) {
    return "%s | %s | %s | %s"
        .formatted(target.what(), target.wanted(), target.measured(), target.reached());
  }

  @Test
  void eachIsComparedWithWhatWasMeasured() {
    List<Target> targets =
        Target.of(List.of(throughput(), restart(), latency(0), growth()), Set.of());

    assertThat(targets)
        .extracting(TargetTest::verdict)
        .containsExactly(
            "set-2 against update, rows/s | >= 1.30 x | 1.30 x | true",
            "set-1 against update, rows/s | >= 0.80 x | 0.77 x | false",
            "java-2 against update, rows/s | >= 1.15 x | 1.14 x | false",
            "java-2 against batch, rows/s | >= 3.50 x | 3.85 x | true",
            "set-2-journal against update, rows/s | >= 0.85 x | null | null",
            "first chunk of a restart, after the context is up | <= 1 s | 0.90 s | true",
            "the application's p99 beside set-2, java-2 | <= 1.50 x alone, 0 errors | 1.40 x, 0"
                + " errors | true",
            "the application's p99 beside set-2, java-2, while rows change | <= 1.50 x alone, 0"
                + " errors | 1.60 x, 0 errors | false",
            "the application's p99 beside set-2-c100-throttled, while rows change | <= 1.50 x"
                + " alone, 0 errors | null | null",
            "set-2: rows/s at 20,000,000 against 1,000,000 | >= 0.90 x | 0.80 x | false",
            "set-2: peak heap at 20,000,000 rows | <= 128 MiB | 100 MiB | true");
  }

  @Test
  void anErrorOfTheApplicationMissesTheTarget() {
    Target target = Target.of(List.of(latency(1)), Set.of()).get(6);

    assertThat(target.measured()).isEqualTo("1.40 x, 1 errors");
    assertThat(target.reached()).isFalse();
  }

  @Test
  void whatWasNotMeasuredIsNeitherReachedNorMissed() {
    List<Target> targets = Target.of(List.of(), Set.of());

    assertThat(targets).hasSize(11).allMatch(t -> t.measured() == null && t.reached() == null);
    assertThat(Target.table(targets).toString()).doesNotContain("ok").doesNotContain("missed");
  }

  @Test
  void whatAFailedPartWouldHaveMeasuredIsMissed() {
    List<Target> targets = Target.of(List.of(throughput()), Set.of(Part.GROWTH, Part.THROUGHPUT));

    assertThat(targets)
        .filteredOn(target -> "failed".equals(target.measured()))
        .allMatch(target -> Boolean.FALSE.equals(target.reached()))
        .extracting(Target::what)
        .containsExactly(
            "set-2-journal against update, rows/s",
            "set-2: rows/s at the largest size against the smallest",
            "set-2: peak heap");
    assertThat(targets.get(0).measured()).as("was measured before").isEqualTo("1.30 x");
    assertThat(Target.table(targets).toString())
        .containsPattern("set-2: peak heap +<= 128 MiB +failed +missed");
  }

  @Test
  void growthAndLatencyAreRatiosToTheirOwnBase() {
    assertThat(growth().ofLargest("set-2").orElseThrow().timesSmallest()).isEqualTo(0.8);
    LatencyResult.Summary set = latency(0).of("set-2").orElseThrow();
    assertThat(set.timesAlone()).isEqualTo(1.2);
    assertThat(Objects.requireNonNull(set.rowsPerSecond())).isEqualTo(200_000);
  }
}
