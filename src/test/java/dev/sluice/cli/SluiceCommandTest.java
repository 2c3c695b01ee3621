package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SluiceCommandTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "run --help",
        "status --help",
        "verify --help",
        "demo --help"
      })
  void helpNeedsNoDatabase(String arguments) {
    assertThat(SluiceCommand.execute(arguments.split(" "))).isEqualTo(ExitCode.DONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rnu 0001_x",
        "run",
        "run Not-An-Id",
        "run 0001_x --workers",
        "run 0001_x --jobs no/such/dir",
        "demo --rows 0",
        "demo --rows many"
      })
  void wrongUsageExitsWithTwo(String arguments) {
    assertThat(SluiceCommand.execute(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
        .isEqualTo(ExitCode.USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--chunk-rows=99", "--chunk-rows=1001", "--workers=0", "--workers=33"})
  void anOptionOutOfItsBoundsExitsWithTwo(String option, @TempDir Path jobs) throws Exception {
    Path folder = Files.createDirectory(jobs.resolve("0001_x"));
    Files.writeString(
        folder.resolve("migration.yaml"),
        """
        description: a test
        table: t
        where: a IS NULL
        set: {a: "1"}
        """);
    assertThat(SluiceCommand.execute("run", "0001_x", option, "--jobs", jobs.toString()))
        .isEqualTo(ExitCode.USAGE);
  }
}
