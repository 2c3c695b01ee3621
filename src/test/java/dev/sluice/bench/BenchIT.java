package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.sluice.bench.LatencyPart.Load;
import dev.sluice.testing.Pgbench;
import dev.sluice.testing.PostgresServer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each part in small: it compares every contender's table with the expected one itself. */
class BenchIT {
  private static final int ROWS = 5_000;
  private static final String HEAP_MAX = "128m";

  private static final String DATABASES =
      "SELECT count(*) FROM pg_database WHERE datname LIKE 'sluice_bench%'";

  private BenchDatabase admin;
  private BenchServer server;

  private static void quiet(String line) {}

  @BeforeEach
  void open() {
    admin = BenchCommand.adminOf(PostgresServer.newest());
    server = new BenchServer(admin);
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    assertThat(admin.query(DATABASES)).isEqualTo("0");
  }

  private static List<Contender> contenders(String... names) throws Exception {
    return new Contenders(Installation.ofRepository(HEAP_MAX)).of(List.of(names));
  }

  private String report(Part.Result result) {
    Report report = new Report(Machine.with(admin), HEAP_MAX, List.of(result), Map.of(), Set.of());
    assertThat(report.tables()).contains("== " + result.part().label(), "== targets");
    assertThat(report.json()).contains("\"" + result.part().label() + "\":{\"rows\":");
    return report.tables();
  }

  @Test
  void everyKindOfContenderEndsWithTheExpectedTable() throws Exception {
    List<Contender> contenders =
        contenders(
            "update",
            "loop-1000",
            "loop-10000",
            "batch",
            "set-1-c100-journal",
            "java-2",
            "java-2-journal");

    ThroughputResult result = new ThroughputPart(server, 1, BenchIT::quiet).run(ROWS, contenders);

    assertThat(result.summaries())
        .extracting(ThroughputSummary::contender)
        .containsExactlyElementsOf(contenders.stream().map(Contender::name).toList());
    assertThat(result.summaries()).allMatch(s -> s.seconds() > 0 && s.timesBatch() != null);
    assertThat(result.of("batch").orElseThrow().timesBatch()).isEqualTo(1.0);
    assertThat(result.of("java-2").orElseThrow().memory()).isNotNull();
    assertThat(report(result)).contains("java-2-journal", "fsync=on", "5,000 rows, rounds: 1");
  }

  @Test
  void theApplicationIsMeasuredAloneAndBeside() throws Exception {
    Optional<Path> pgbench = Pgbench.binary();
    assumeThat(pgbench).as("pgbench on the PATH or in pg_config --bindir").isPresent();
    Load load = new Load(pgbench.get(), 200, Duration.ofSeconds(1), Duration.ofSeconds(2));

    LatencyResult result =
        new LatencyPart(server, load, 1, BenchIT::quiet)
            .run(4 * ROWS, contenders("loop-1000", "set-2", "set-2-c100-throttled"));

    assertThat(result.summaries())
        .extracting(LatencyResult.Summary::contender)
        .containsExactly("alone", "loop-1000", "set-2", "set-2-c100-throttled");
    Latencies alone = result.of("alone").orElseThrow().latencies();
    assertThat(alone.transactions()).isBetween(200L, 800L);
    assertThat(alone.p50Millis()).isPositive().isLessThanOrEqualTo(alone.p99Millis());
    assertThat(result.summaries()).allMatch(s -> s.latencies().errors() == 0);
    assertThat(report(result)).contains("p99 x alone", "set-2");
  }

  @Test
  void heapAndRateAreMeasuredAtEachSize() throws Exception {
    GrowthResult result =
        new GrowthPart(server, 1, BenchIT::quiet)
            .run(List.of(2 * ROWS, ROWS), HEAP_MAX, contenders("set-2"));

    assertThat(result.summaries())
        .extracting(GrowthResult.Summary::rows)
        .containsExactly(ROWS, 2 * ROWS);
    Memory memory = result.ofLargest("set-2").orElseThrow().memory();
    assertThat(Objects.requireNonNull(memory).heapPeakBytes()).isBetween(1L << 20, 128L << 20);
    String json = new Report(Machine.with(admin), null, List.of(result), Map.of(), Set.of()).json();
    assertThat(json).contains("\"growth\":{\"sizes\":[5000,10000],");
  }

  @Test
  void aStoppedRunGoesOnAndIsTimed() throws Exception {
    Variant slow = Variant.named("java-1-c100-journal").orElseThrow();
    Installation installation = Installation.ofRepository(HEAP_MAX);

    RestartResult result =
        new RestartPart(server, installation, 1, BenchIT::quiet).run(60_000, slow);

    RestartPart.Measurement measurement = result.measurements().get(0);
    assertThat(measurement.rowsBefore()).isBetween(15_000L, 59_999L);
    assertThat(measurement.contextUp()).isPositive();
    assertThat(result.firstChunkSeconds()).isPositive();
    assertThat(report(result)).contains("first chunk of a restart", "java-1-c100-journal");
  }

  @Test
  void aPartThatFailsDoesNotTakeTheOthersWithIt() throws Exception {
    Plan plan =
        new Plan(
            EnumSet.of(Part.THROUGHPUT, Part.LATENCY, Part.GROWTH),
            1_000,
            1,
            List.of("update"),
            List.of("update"),
            200,
            List.of("set-2"),
            List.of(1_000),
            "1k"); // no virtual machine starts with that
    Parts parts = new Parts(server, plan, Optional.empty(), BenchIT::quiet);

    Report report = parts.run(Machine.with(admin));

    assertThat(parts.failed()).isTrue();
    assertThat(report.tables()).contains("== throughput: 1,000 rows", "== growth: none. set-2: ");
    assertThat(report.missing().get("growth")).startsWith("set-2: exit code 1\n");
    assertThat(report.missing().get("latency"))
        .isEqualTo(
            "pgbench is neither on the PATH nor in the directory that pg_config --bindir names."
                + " Install PostgreSQL's own client programs, or leave this part out with"
                + " --parts.");
  }

  @Test
  void anInterruptedBenchmarkLeavesNoDatabase() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            BenchCommand.class.getName(),
            "--url=" + admin.url(),
            "--parts=throughput",
            "--contenders=update",
            "--rounds=100");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PGPASSWORD", String.valueOf(admin.password()));
    Process process = builder.redirectOutput(Redirect.DISCARD).start();
    try {
      Awaitility.await("its database")
          .atMost(Duration.ofMinutes(1))
          .until(() -> !admin.query(DATABASES).equals("0"));
      process.toHandle().destroy();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(admin.query(DATABASES)).isEqualTo("0");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aWrongTableEndsThePart() throws Exception {
    server.fill(1_000);
    BenchDatabase copy = server.freshCopy();
    new WholeTableUpdate().run(copy);
    server.requireExpected("update", copy);
    server.requireNamesSplit("update", copy);
    copy.execute("UPDATE users SET last_name = '' WHERE id = 7");

    assertThatThrownBy(() -> server.requireExpected("update", copy))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageMatching(
            "update: the table holds 1000 rows, checksum -?\\d+, wanted 1000 rows, checksum -?\\d+");
    copy.execute("DELETE FROM users WHERE id = 8");
    assertThatThrownBy(() -> server.requireNamesSplit("update", copy))
        .hasMessage(
            "update: the table holds 999 of its 1000 rows, and 1 rows whose names are not split");
  }
}
