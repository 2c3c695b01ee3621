package dev.sluice.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The packaged program as a process of its own. No shell is in between, so a signal reaches the
 * program itself. It is started more quickly than an operator does, see {@link QuickStart}, unless
 * the test asks for his way, {@code java -jar target/sluice.jar run …}, or takes long ({@code
 * sluice.torture}).
 *
 * <p>{@link #close} kills it if it still lives. Thread-safe.
 */
public final class SluiceProcess implements AutoCloseable {

  private static final Duration END_MAX = Duration.ofMinutes(5);
  private static final Duration READERS_END_MAX = Duration.ofSeconds(10);
  private static final long SIGINT_MASK = 1L << 1;

  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final List<Thread> readers;

  private SluiceProcess(Process process) {
    this.process = process;
    this.readers =
        List.of(reader(process.getInputStream(), out), reader(process.getErrorStream(), err));
  }

  /** How to start the program. */
  public static final class Command {
    private final List<String> javaOptions = new ArrayList<>(List.of("-Xmx256m"));
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private boolean quick = !Boolean.getBoolean("sluice.torture");

    private Command(List<String> arguments) {
      this.arguments.addAll(arguments);
    }

    /** Arguments after those of the command. */
    public Command with(String... more) {
      arguments.addAll(List.of(more));
      return this;
    }

    /** Options of the JVM; a later {@code -Xmx} wins. */
    public Command withJava(String... options) {
      javaOptions.addAll(List.of(options));
      return this;
    }

    /** {@code java -jar target/sluice.jar}, for what the way to start it may decide. */
    public Command asOperatorsDo() {
      quick = false;
      return this;
    }

    public Command withEnvironment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    public SluiceProcess start() {
      List<String> words = new ArrayList<>();
      if (interruptsAreIgnored()) {
        words.addAll(List.of("env", "--default-signal=INT"));
      }
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      words.add(java.toString());
      words.addAll(javaOptions);
      words.addAll(quick ? QuickStart.of(java, jar()) : List.of("-jar", jar().toString()));
      words.addAll(arguments);
      ProcessBuilder builder = new ProcessBuilder(words);
      builder.environment().putAll(environment);
      try {
        return new SluiceProcess(builder.start());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Any command. */
  public static Command command(String... arguments) {
    return new Command(List.of(arguments));
  }

  /** A command on a migration of a database: {@code run 0001_x --jobs … --url … --user …}. */
  public static Command command(String name, String id, Path jobs, TestDatabase database) {
    return command(name, id, jobs, database, database.server().user());
  }

  /** As a role that has the same password as the server's own. */
  public static Command command(
      String name, String id, Path jobs, TestDatabase database, String user) {
    return command(name, id, "--jobs", jobs.toString(), "--url", database.url(), "--user", user)
        .withEnvironment("PGPASSWORD", database.server().password());
  }

  private static Path jar() {
    Path jar = Path.of(System.getProperty("sluice.jar", "target/sluice.jar")).toAbsolutePath();
    if (!Files.isReadable(jar)) {
      throw new IllegalStateException(
          jar + ": no such file. Run './mvnw -q -DskipTests package' once.");
    }
    return jar;
  }

  /** A shell starts background jobs with SIGINT ignored, and children inherit that. */
  private static boolean interruptsAreIgnored() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .map(line -> Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16))
          .anyMatch(mask -> (mask & SIGINT_MASK) != 0);
    } catch (IOException | UncheckedIOException e) {
      return false; // no Linux
    }
  }

  private static Thread reader(InputStream stream, List<String> lines) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines::add);
              } catch (IOException | UncheckedIOException e) {
                lines.add("(cut off: " + e.getMessage() + ")");
              }
            },
            "process-output");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL: the program cannot answer. */
  public void kill9() {
    process.toHandle().destroyForcibly();
  }

  public void sigterm() {
    process.toHandle().destroy(); // Process.destroy() would close its output as well
  }

  public void sigint() {
    signal("INT");
  }

  /** SIGSTOP: no thread of it runs until {@link #resume}; its connections stay open. */
  public void suspend() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -%s %d: exit %d".formatted(name, pid(), code));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Waits for the end, at most five minutes, and returns the exit code. */
  public int waitFor() {
    return waitFor(END_MAX);
  }

  /**
   * @throws IllegalStateException if it lives longer
   */
  public int waitFor(Duration max) {
    try {
      if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("%s lives after %d s".formatted(this, max.toSeconds()));
      }
      for (Thread reader : readers) {
        reader.join(READERS_END_MAX.toMillis());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException(e);
  }

  /** Standard output so far. */
  public String out() {
    return String.join("\n", out);
  }

  /** Standard error so far. */
  public String err() {
    return String.join("\n", err);
  }

  /** Everything that it printed, for a failed test's message. */
  @Override
  public String toString() {
    return "process %d%s%n%s%n%s"
        .formatted(pid(), isAlive() ? "" : " (exit " + process.exitValue() + ")", out(), err());
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
