package dev.sluice.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.embedded.PgBinaryResolver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * A server started from unpacked binaries. Data and the server's log lie under {@code
 * target/postgres/}; a server whose data directory is deleted stops within a minute, so {@code mvn
 * clean} also ends what a killed test run left behind.
 */
final class EmbeddedProcess implements ServerProcess {
  private static final Path HOME = Path.of("target", "postgres").toAbsolutePath();
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final int KILL_SECONDS_MAX = 30;

  private final PgBinaryResolver binaries;
  private final Map<String, String> settings;
  private final int port;
  private final Path data;
  private final Path log;
  private @Nullable EmbeddedPostgres running;

  EmbeddedProcess(PgBinaryResolver binaries, Map<String, String> settings, int port) {
    this.binaries = binaries;
    this.settings = Map.copyOf(settings);
    this.port = port;
    data = HOME.resolve("data-" + port);
    log = HOME.resolve("server-" + port + ".log");
  }

  @Override
  public String provider() {
    return "embedded";
  }

  @Override
  public String host() {
    return "localhost";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void start() {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPgBinaryResolver(binaries)
            .setPort(port)
            .setDataDirectory(data)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPGStartupWait(START_MAX)
            .setOutputRedirector(Redirect.appendTo(log.toFile()))
            .setErrorRedirector(Redirect.appendTo(log.toFile()))
            // The library's own defaults would not survive a crash.
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on");
    settings.forEach(builder::setServerConfig);
    if (System.getProperty("os.name").equals("Linux")) {
      builder.setLocaleConfig("locale", "C.UTF-8");
    }
    try {
      Files.createDirectories(HOME);
      running = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL on port " + port + ": see " + log, e);
    }
  }

  @Override
  public void stop() {
    EmbeddedPostgres server = running;
    running = null;
    if (server != null) {
      try {
        server.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void stopImmediately() {
    ProcessHandle postmaster = ProcessHandle.of(postmasterPid()).orElseThrow();
    try {
      new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    postmaster.onExit().orTimeout(KILL_SECONDS_MAX, TimeUnit.SECONDS).join();
    stop(); // The library's handle, as for kill().
  }

  @Override
  public void kill() {
    ProcessHandle postmaster = ProcessHandle.of(postmasterPid()).orElseThrow();
    List<ProcessHandle> all =
        Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    CompletableFuture.allOf(
            all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
        .orTimeout(KILL_SECONDS_MAX, TimeUnit.SECONDS)
        .join();
    stop(); // The library's handle on the data directory; there is no process left to stop.
  }

  /** Where the data are, or will be at the first start. */
  Path data() {
    return data;
  }

  private long postmasterPid() {
    try (Stream<String> lines = Files.lines(data.resolve("postmaster.pid"))) {
      return Long.parseLong(lines.findFirst().orElseThrow().strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One at a time: at the end of the virtual machine its hook waits for whoever closes as well. */
  @Override
  public synchronized void close() {
    stop();
    try {
      FileSystemUtils.deleteRecursively(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
