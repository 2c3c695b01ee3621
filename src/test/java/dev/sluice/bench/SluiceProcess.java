package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sluice as users start it: {@code scripts/sluice}. */
final class SluiceProcess implements Contender {

  private static final int LOG_LINES_SHOWN = 20;

  private final String name;
  private final String migration;
  private final int workers;
  private final Installation installation;

  /**
   * What to start.
   *
   * @param script that starts the program
   * @param jobs the directory with the benchmark's migrations
   * @param heapMax as {@code -Xmx} takes it; null: the virtual machine's default
   */
  record Installation(Path script, Path jobs, @Nullable String heapMax) {
    Installation {
      if (!Files.isExecutable(script)) {
        throw new IllegalStateException(
            script + ": no such program. Start the benchmark in the repository's directory.");
      }
    }
  }

  /**
   * @param migration its folder's name
   */
  SluiceProcess(String name, String migration, int workers, Installation installation) {
    this.name = name;
    this.migration = migration;
    this.workers = workers;
    this.installation = installation;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Timing run(BenchDatabase database) throws Exception {
    LocalDateTime launched = LocalDateTime.now(ZoneId.systemDefault());
    Path log = Files.createTempFile("sluice-bench", ".log");
    try {
      runProcess(database, log);
      return timing(database, launched);
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private void runProcess(BenchDatabase database, Path log) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command(database));
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    if (installation.heapMax() != null) {
      builder.environment().put("JAVA_OPTS", "-Xmx" + installation.heapMax());
    }
    if (database.password() != null) {
      builder.environment().put("SPRING_DATASOURCE_PASSWORD", database.password());
    }
    Process process = builder.start();
    try {
      if (!process.waitFor(TIME_MAX.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            "%s: still running after %d minutes%n%s"
                .formatted(name, TIME_MAX.toMinutes(), end(log)));
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          "%s: exit code %d%n%s".formatted(name, process.exitValue(), end(log)));
    }
  }

  private List<String> command(BenchDatabase database) {
    List<String> command = new ArrayList<>();
    command.add(installation.script().toString());
    command.addAll(List.of("run", migration, "--jobs", installation.jobs().toString()));
    command.addAll(List.of("--workers", Integer.toString(workers), "--chunk-rows", "1000"));
    command.addAll(List.of("--url", database.url(), "--user", database.user()));
    return command;
  }

  private static String end(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join(
        "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
  }

  /** From what Spring Batch wrote of the steps. */
  private static Timing timing(BenchDatabase database, LocalDateTime launched) {
    Timing timing =
        database
            .jdbc()
            .queryForObject(
                """
                SELECT min(start_time) FILTER (WHERE step_name LIKE 'chunks:%'),
                       max(end_time) FILTER (WHERE step_name = 'sweep'),
                       max(start_time) FILTER (WHERE step_name = 'verify'),
                       max(end_time) FILTER (WHERE step_name = 'verify')
                FROM sluice.batch_step_execution
                """,
                (rs, row) -> {
                  LocalDateTime firstChunk = rs.getObject(1, LocalDateTime.class);
                  return new Timing(
                      Duration.between(launched, firstChunk),
                      Duration.between(firstChunk, rs.getObject(2, LocalDateTime.class)),
                      Duration.between(
                          rs.getObject(3, LocalDateTime.class),
                          rs.getObject(4, LocalDateTime.class)));
                });
    if (timing == null) {
      throw new IllegalStateException("sluice.batch_step_execution is empty");
    }
    return timing;
  }
}
