package dev.sluice.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * One process of Sluice, as users start it: {@code scripts/sluice}. It ends with this virtual
 * machine at the latest.
 */
final class SluiceProcess implements AutoCloseable {

  private static final int LINES_SHOWN = 20;
  private static final int LOOK_MILLIS = 200;

  /** What the program says, asked for by its log's level, once Spring and the database are up. */
  private static final String CONTEXT_READY = "context.ready";

  private static final long NEVER = 0;

  private final Process process;
  private final Path directory;
  private final Path heapLog;
  private final Thread hook;
  private final Deque<String> lastLines = new ArrayDeque<>();
  private final CompletableFuture<Long> contextReadyNanos = new CompletableFuture<>();
  private final Thread reader = new Thread(this::read, "sluice-output");
  private @Nullable Long residentPeakBytes;

  private SluiceProcess(Process process, Path directory, Path heapLog) {
    this.process = process;
    this.directory = directory;
    this.heapLog = heapLog;
    this.hook = new Thread(process::destroyForcibly, "stop-sluice");
    Runtime.getRuntime().addShutdownHook(hook);
    reader.setDaemon(true);
    reader.start();
  }

  static SluiceProcess start(Installation installation, Variant variant, BenchDatabase database)
      throws IOException {
    Path directory = Files.createTempDirectory("sluice-bench");
    Path heapLog = directory.resolve("heap.log");
    List<String> command = new ArrayList<>();
    command.add(installation.script().toString());
    command.addAll(variant.arguments());
    command.addAll(List.of("--jobs", installation.jobs().toString()));
    command.addAll(List.of("--url", database.url(), "--user", database.user()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().merge("JAVA_OPTS", javaOptions(installation, heapLog), (a, b) -> a + b);
    builder.environment().put("LOGGING_LEVEL_DEV_SLUICE_CLI", "DEBUG");
    if (database.password() != null) {
      builder.environment().put("SPRING_DATASOURCE_PASSWORD", database.password());
    }
    return new SluiceProcess(builder.start(), directory, heapLog);
  }

  /** They come after those of the caller's environment, and win. */
  private static String javaOptions(Installation installation, Path heapLog) {
    String heapMax = installation.heapMax();
    return " " + Memory.logging(heapLog) + (heapMax == null ? "" : " -Xmx" + heapMax);
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      lines.lines().forEach(this::note);
    } catch (IOException | UncheckedIOException e) {
      note("(cut off: " + e.getMessage() + ")");
    } finally {
      contextReadyNanos.complete(NEVER);
    }
  }

  private void note(String line) {
    if (line.endsWith(CONTEXT_READY)) {
      contextReadyNanos.complete(System.nanoTime());
    }
    synchronized (lastLines) {
      lastLines.add(line);
      if (lastLines.size() > LINES_SHOWN) {
        lastLines.remove();
      }
    }
  }

  /**
   * When its context was up, by {@link System#nanoTime}: waits for it.
   *
   * @throws IllegalStateException if the process ends before or that takes longer than {@code max}:
   *     with what it printed
   */
  long contextReadyNanos(Duration max) throws Exception {
    contextReadyNanos.completeOnTimeout(NEVER, max.toMillis(), TimeUnit.MILLISECONDS);
    long nanos = contextReadyNanos.get();
    if (nanos == NEVER) {
      throw new IllegalStateException("'%s' never came%n%s".formatted(CONTEXT_READY, output()));
    }
    return nanos;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** SIGTERM: it ends its chunks and exits with 4. */
  void terminate() {
    process.toHandle().destroy(); // Process.destroy() would close its output as well
  }

  /**
   * Waits for the end and returns the exit code.
   *
   * @throws IllegalStateException after {@link Contender#TIME_MAX}: with what it printed last
   */
  int waitFor() throws Exception {
    long begin = System.nanoTime();
    do {
      Long peak = Memory.residentPeakBytes(process.pid());
      residentPeakBytes = peak == null ? residentPeakBytes : peak;
      if (System.nanoTime() - begin > Contender.TIME_MAX.toNanos()) {
        throw new IllegalStateException(
            "still running after %d minutes%n%s"
                .formatted(Contender.TIME_MAX.toMinutes(), output()));
      }
    } while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS));
    reader.join();
    return process.exitValue();
  }

  /** When it has ended. */
  Memory memory() throws IOException {
    return Memory.of(heapLog, residentPeakBytes);
  }

  /** The last lines that it printed. */
  String output() {
    synchronized (lastLines) {
      return String.join("\n", lastLines);
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    FileSystemUtils.deleteRecursively(directory);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the virtual machine ends: the hook does the same
    }
  }
}
