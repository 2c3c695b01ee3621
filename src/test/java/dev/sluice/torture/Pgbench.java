package dev.sluice.torture;

import dev.sluice.testing.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * PostgreSQL's own benchmark as an application: clients that run scripts until {@link #close}. A
 * client whose statement fails ends, and the process says so.
 */
final class Pgbench implements AutoCloseable {
  private static final int SECONDS_MAX = 3_600;

  private final Process process;
  private final Path log;

  private Pgbench(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Where it is installed, if it is. */
  static Optional<Path> binary() {
    return Stream.concat(
            Stream.of(System.getenv("PATH").split(":")).map(Path::of), bindir().stream())
        .map(directory -> directory.resolve("pgbench"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static Optional<Path> bindir() {
    try {
      Process config = new ProcessBuilder("pg_config", "--bindir").start();
      String answer =
          new String(config.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return answer.isEmpty() ? Optional.empty() : Optional.of(Path.of(answer));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * @param directory for the scripts and the log
   * @param perSecond transactions of all its clients together
   * @param scripts one is drawn for each transaction
   */
  static Pgbench start(
      Path binary,
      TestDatabase database,
      Path directory,
      int clients,
      int perSecond,
      List<String> scripts)
      throws IOException {
    URI server = URI.create(database.url().substring("jdbc:".length()));
    List<String> command = new ArrayList<>();
    command.addAll(List.of(binary.toString(), "--no-vacuum"));
    command.addAll(List.of("--host", server.getHost(), "--port", server.getPort() + ""));
    command.addAll(List.of("--username", database.server().user()));
    command.addAll(List.of("--client", clients + "", "--rate", perSecond + ""));
    command.addAll(List.of("--time", SECONDS_MAX + ""));
    for (int i = 0; i < scripts.size(); i++) {
      Path file = Files.writeString(directory.resolve(i + ".sql"), scripts.get(i));
      command.addAll(List.of("--file", file.toString()));
    }
    command.add(database.name());
    Path log = directory.resolve("pgbench.log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("PGPASSWORD", database.server().password());
    return new Pgbench(builder.start(), log);
  }

  /** Whether all of its clients are at work: it prints nothing before its end but errors. */
  boolean isWell() throws IOException {
    return process.isAlive() && !output().contains("rror") && !output().contains("aborted");
  }

  String output() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
