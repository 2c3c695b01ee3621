package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bench.Benchmark.Measurement;
import dev.sluice.testing.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The benchmark in small: it compares every contender's table with the expected one itself. */
class BenchIT {
  private static final int ROWS = 20_000;

  @Test
  void everyContenderEndsWithTheExpectedTable() throws Exception {
    List<Contender> contenders = new Contenders(BenchCommand.installation("256m")).all();
    BenchDatabase admin = BenchCommand.adminOf(PostgresServer.newest());
    List<String> progress = new ArrayList<>();

    List<Measurement> measurements;
    try (BenchServer server = BenchServer.prepare(admin, ROWS)) {
      measurements = new Benchmark(server, contenders, 1, progress::add).run();
    }

    List<String> names = contenders.stream().map(Contender::name).toList();
    assertThat(measurements).extracting(Measurement::contender).containsExactlyElementsOf(names);
    assertThat(measurements).extracting(Measurement::seconds).allMatch(seconds -> seconds > 0);
    assertThat(progress).hasSameSizeAs(names);
    Report report =
        new Report(
            ROWS,
            1,
            "256m",
            Machine.with(admin),
            Summary.of(names, measurements, ROWS),
            measurements);
    assertThat(report.table()).contains(names).contains("20,000 rows", "fsync=on");
    assertThat(ReportJson.of(report)).startsWith("{\"rows\":20000,").contains("\"ratioToUpdate\":");
  }

  @Test
  void aWrongTableEndsTheBenchmark() throws Exception {
    BenchDatabase admin = BenchCommand.adminOf(PostgresServer.newest());
    try (BenchServer server = BenchServer.prepare(admin, 1_000)) {
      BenchDatabase copy = server.freshCopy();
      Contender update = new WholeTableUpdate();
      update.run(copy);
      server.requireExpected(update, copy);
      copy.execute("UPDATE users SET last_name = '' WHERE id = 7");

      assertThatThrownBy(() -> server.requireExpected(update, copy))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageMatching(
              "update: the table holds 1000 rows, checksum -?\\d+, wanted 1000 rows, checksum -?\\d+");
    }
  }
}
