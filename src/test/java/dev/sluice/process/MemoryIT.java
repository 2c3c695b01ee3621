package dev.sluice.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testing.PostgresServer;
import dev.sluice.testing.SluiceProcess;
import dev.sluice.testing.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Memory does not grow with the table. */
@EnabledIfSystemProperty(named = "sluice.torture", matches = "true")
class MemoryIT {

  private static final String ID = "0001_upper";
  private static final int ROWS = 10_000_000;
  private static final Duration RUN_MAX = Duration.ofHours(1);

  /** {@code … Pause Young (Normal) (G1 Evacuation Pause) 93M->21M(256M) 4.2ms}. */
  private static final Pattern PAUSE = Pattern.compile("(\\d+)M->(\\d+)M\\(\\d+M\\)");

  @TempDir private Path jobs;

  @Test
  void tenMillionRowsNeedNoMoreThan256Megabytes() throws Exception {
    try (TestDatabase database = PostgresServer.newest().newDatabase()) {
      CountedTable table = CountedTable.create(database, ROWS);
      Migrations migrations = new Migrations(jobs, database).define(ID, CountedTable.SET);
      Path log = jobs.resolve("gc.log");
      try (SluiceProcess process =
          migrations
              .command(ID)
              .asOperatorsDo()
              .withJava("-Xmx256m", "-Xlog:gc:file=" + log)
              .start()) {
        assertThat(process.waitFor(RUN_MAX)).as("%s", process).isZero();
      }
      System.out.printf(
          "MemoryIT: %,d rows with -Xmx256m: heap at most %d MB before and %d MB after a collection%n",
          ROWS, largest(log, 1), largest(log, 2));
      table.assertEachRowUpdatedOnce(ROWS);
    }
  }

  private static int largest(Path log, int group) throws Exception {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .map(PAUSE::matcher)
          .filter(Matcher::find)
          .mapToInt(pause -> Integer.parseInt(pause.group(group)))
          .max()
          .orElse(0);
    }
  }
}
