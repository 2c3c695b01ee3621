package dev.sluice.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's own benchmark as an application: clients that run scripts until {@link #close}, or
 * until this virtual machine ends. A client whose statement fails ends, and the process says so.
 */
public final class Pgbench implements AutoCloseable {

  private final Process process;
  private final Path log;
  private final Thread hook;

  private Pgbench(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.hook = new Thread(process::destroyForcibly, "stop-pgbench");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * What it connects to.
   *
   * @param password null: it looks for one itself, in {@code PGPASSWORD} and {@code .pgpass}
   */
  public record Target(
      String host, int port, String user, @Nullable String password, String database) {

    public static Target of(TestDatabase database) {
      URI server = URI.create(database.url().substring("jdbc:".length()));
      PostgresServer of = database.server();
      return new Target(
          server.getHost(), server.getPort(), of.user(), of.password(), database.name());
    }
  }

  /**
   * What a transaction does, in pgbench's language.
   *
   * @param weight how often it is drawn, against the other scripts' weights
   */
  public record Script(String text, int weight) {
    public Script(String text) {
      this(text, 1);
    }
  }

  /** Where it is installed, if it is. */
  public static Optional<Path> binary() {
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
   * @param directory for the scripts and the output
   * @param options {@code --client}, {@code --rate}, {@code --time} and the like
   * @param scripts one is drawn for each transaction
   */
  public static Pgbench start(
      Path binary, Target target, Path directory, List<String> options, List<Script> scripts)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(binary.toString(), "--no-vacuum"));
    command.addAll(List.of("--host", target.host(), "--port", target.port() + ""));
    command.addAll(List.of("--username", target.user()));
    command.addAll(options);
    for (int i = 0; i < scripts.size(); i++) {
      Path file = Files.writeString(directory.resolve(i + ".sql"), scripts.get(i).text());
      command.addAll(List.of("--file", file + "@" + scripts.get(i).weight()));
    }
    command.add(target.database());
    Path log = directory.resolve("pgbench.log");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    if (target.password() != null) {
      builder.environment().put("PGPASSWORD", target.password());
    }
    return new Pgbench(builder.start(), log);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Whether all of its clients are at work: it prints nothing before its end but errors. */
  public boolean isWell() throws IOException {
    return process.isAlive() && !output().contains("rror") && !output().contains("aborted");
  }

  public String output() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the virtual machine ends: the hook does the same
    }
  }
}
