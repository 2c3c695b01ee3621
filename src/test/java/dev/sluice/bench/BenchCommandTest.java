package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class BenchCommandTest {

  private final StringWriter err = new StringWriter();
  private final CommandLine commandLine = BenchCommand.commandLine().setErr(new PrintWriter(err));

  private Plan plan(String... args) {
    commandLine.parseArgs(args);
    BenchCommand command = Objects.requireNonNull(commandLine.getCommand());
    return command.options.plan();
  }

  @Test
  void everyDefault() {
    Plan plan = plan();

    assertThat(plan)
        .isEqualTo(
            new Plan(
                EnumSet.allOf(Part.class),
                4_000_000,
                3,
                Contenders.forThroughput(),
                Contenders.forLatency(),
                200,
                List.of("set-2"),
                List.of(1_000_000, 5_000_000, 20_000_000),
                null));
    assertThat(plan.latencyRows()).isEqualTo(2_000_000);
    assertThat(plan.growthHeapMax()).isEqualTo("128m");
    assertThat(plan.rowsMax()).isEqualTo(20_000_000);
    assertThat(Estimate.of(plan).toMinutes()).isBetween(60L, 100L);
  }

  @Test
  void aPartAlone() {
    Plan plan = plan("--parts", "growth", "--growth", "2000", "--xmx", "256m");

    assertThat(plan.parts()).containsExactly(Part.GROWTH);
    assertThat(plan.rowsMax()).isEqualTo(2_000);
    assertThat(plan.growthHeapMax()).isEqualTo("256m");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --parts speed        | no part 'speed'. There are throughput, restart, latency, growth.
          --rows 999           | --rows must be 1000 to 1000000000, got 999
          --rounds 0           | --rounds must be 1 to 100, got 0
          --rate 10001         | --rate must be 1 to 10000, got 10001
          --growth 5000,5      | --growth must be 1000 to 1000000000, got 5
          --xmx much           | --xmx must be a number with k, m or g, as in 256m, got 'much'
          --json /none/of/it   | --json must be a file that can be written, got '/none/of/it'
          --url localhost:5432 | --url must begin with jdbc:postgresql:, got 'localhost:5432'
          """)
  void whatIsWrongIsRefusedBeforeAnythingStarts(String args, String message) {
    int code = commandLine.execute(args.split(" ", -1));

    assertThat(code).isEqualTo(2);
    assertThat(err.toString().strip().split("\\R", -1))
        .containsExactly(message, "See scripts/bench --help.");
  }

  @Test
  void aWrongContenderIsRefusedInEachPart() {
    for (String option : List.of("--contenders", "--latency-contenders", "--growth-contenders")) {
      assertThat(commandLine.execute(option, "set-2,fast")).isEqualTo(2);
      assertThat(err.toString()).contains("no contender 'fast'. There are update,");
    }
  }
}
