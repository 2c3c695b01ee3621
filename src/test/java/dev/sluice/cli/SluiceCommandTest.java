package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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
        "pause --help",
        "resume --help",
        "stop --help",
        "tune --help",
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
        "pause",
        "resume Not-An-Id",
        "stop 0001_x 0002_y",
        "tune 0001_x",
        "demo --rows 0",
        "demo --rows many"
      })
  void wrongUsageExitsWithTwo(String arguments) {
    assertThat(SluiceCommand.execute(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
        .isEqualTo(ExitCode.USAGE);
  }

  /** No database is asked, and no file. */
  @Test
  void tuneRefusesAllWrongSettingsAtOnce() {
    StringWriter err = new StringWriter();
    int code =
        SluiceCommand.execute(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "tune",
            "0001_x",
            "--url=jdbc:postgresql://no-such-host.invalid/x",
            "chunk.rows=50",
            "chunk.target-time=5h");

    assertThat(code).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString().strip())
        .isEqualTo(
            """
            chunk.rows must be 100 to 1000, got 50. Remove it to use 1000.
            chunk.target-time must be 10ms to 800ms, got '5h'. Remove it to use 200ms.""");
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
